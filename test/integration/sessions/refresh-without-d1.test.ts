import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { newUser, refresh, type SignedIn } from "../../support/client.ts";
import { counted, objectsOver } from "../../support/counted-d1.ts";
import { runFeed } from "../../support/feed.ts";
import { HOUR, moveClock, SECOND, stopClock } from "../../support/moving-clock.ts";
import { isolateWith } from "../../support/rpc.ts";

const SPACING = 600 * SECOND;
const REFRESHES = 1_000;

beforeEach(() => stopClock());
afterEach(() => vi.useRealTimers());

/** What a client that comes back every 600 s has D1 asked, by the Worker and by its object. */
async function refreshes(user: SignedIn, times: number) {
  const [byWorker, byObject]: [string[], string[]] = [[], []];
  const { http } = isolateWith({
    DB: counted(byWorker),
    USERS: objectsOver(counted(byObject)),
  });
  let token = user.refreshToken;
  for (let i = 0; i < times; i++) {
    moveClock(SPACING);
    const reply = await http("POST", "/v1/auth/refresh", { body: { refresh_token: token } });
    expect(reply.status).toBe(200);
    token = reply.body.refresh_token;
  }
  // The isolate reads its signing keys by its own clock, for however many it serves.
  return { byWorker: byWorker.filter((query) => !query.includes("signing_keys")), byObject, token };
}

it("REF-11 a thousand refreshes at 600 s spacing ask D1 nothing of the person, but to renew the copy", async () => {
  const user = await newUser();
  const { byWorker, byObject } = await refreshes(user, REFRESHES);
  expect(byWorker).toEqual([]);
  // Behind a refresh's back, once in 22 hours: 7 times in these 7 days.
  expect(byObject).toHaveLength(Math.floor((REFRESHES * SPACING) / (22 * HOUR)));
}, 120_000);

it("no refresh waits for that: it is answered though D1 never answers", async () => {
  const user = await newUser();
  moveClock(23 * HOUR);
  const asked: string[] = [];
  const silent = new Proxy(counted(asked), {
    get: (target, key) =>
      key === "batch" ? () => new Promise(() => undefined) : Reflect.get(target, key),
  });
  const { http } = isolateWith({ USERS: objectsOver(silent) });
  const body = { refresh_token: user.refreshToken };
  expect((await http("POST", "/v1/auth/refresh", { body })).status).toBe(200);
  expect(asked).toHaveLength(1);
});

it("a change by hand counts for such a client all the same", async () => {
  const user = await newUser();
  const { token } = await refreshes(user, 2);
  await env.DB.prepare("update users set status = 'disabled' where id = ?").bind(user.id).run();
  await runFeed();
  expect((await refresh(token)).status).toBe(401);
});
