import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { newUser, type SignedIn } from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";
import { DAY, moveClock, SECOND, stopClock } from "../../support/moving-clock.ts";
import { userObject } from "../../support/storage.ts";

let user: SignedIn;

beforeEach(async () => {
  stopClock();
  user = await newUser();
});

afterEach(() => {
  vi.useRealTimers();
});

/** The service as it is deployed with other limits: seconds as wrangler.toml has them. */
function deployedWith(vars: Record<string, number>) {
  const texts = Object.entries(vars).map(([name, value]) => [name, String(value)]);
  const call = serviceWith(Object.fromEntries(texts));
  const refresh = (token: string) =>
    call("POST", "/v1/auth/refresh", { body: { refresh_token: token } });
  const check = async (token: string) => (await call("GET", "/v1/users/me", { token })).status;
  return { refresh, check };
}

const SHORT = { REFRESH_IDLE_TTL: 3_600, REFRESH_ABSOLUTE_TTL: 7_200 };
const LONG = { REFRESH_IDLE_TTL: 60 * 86_400, REFRESH_ABSOLUTE_TTL: 180 * 86_400 };
const USUAL = {};

it("a session lives until the end it was told, however the limits are lowered", async () => {
  const lowered = deployedWith(SHORT);
  moveClock(30 * DAY - SECOND);
  const reply = await lowered.refresh(user.refreshToken);
  // The promise of the sign-in is kept to the second, and nothing is promised beyond it.
  expect([reply.status, reply.body.refresh_expires_in]).toEqual([200, 1]);
  moveClock(SECOND);
  expect((await lowered.refresh(reply.body.refresh_token)).status).toBe(401);
});

it("what is opened under the lowered limits obeys them, also after they are raised again", async () => {
  const lowered = deployedWith(SHORT);
  const { body } = await serviceWith({ REFRESH_IDLE_TTL: "3600", REFRESH_ABSOLUTE_TTL: "7200" })(
    "POST",
    "/v1/auth/login",
    { body: { email: user.email, password: "correct horse battery staple" } },
  );
  expect(body.refresh_expires_in).toBe(3_600);
  moveClock(3_600 * SECOND);
  for (const deployed of [lowered, deployedWith(USUAL), deployedWith(LONG)]) {
    expect((await deployed.refresh(body.refresh_token)).status).toBe(401);
    expect(await deployed.check(body.access_token)).toBe(401);
  }
});

it("limits that are raised count from the next use on, and the alarm waits as long", async () => {
  const raised = deployedWith(LONG);
  const { body } = await raised.refresh(user.refreshToken);
  expect(body.refresh_expires_in).toBe(60 * 86_400);
  moveClock(60 * DAY - 1);
  await runDurableObjectAlarm(userObject(user.id));
  // Lowered again meanwhile, the end that was told still holds.
  expect((await deployedWith(USUAL).refresh(body.refresh_token)).status).toBe(200);
});

it("a retry within the window of its rotation succeeds, however the window is lowered", async () => {
  const wide = deployedWith({ REFRESH_REPLAY_WINDOW: 300 });
  const { body } = await wide.refresh(user.refreshToken);
  moveClock(299 * SECOND);
  await evictDurableObject(userObject(user.id)); // what is not stored is not remembered
  const narrow = deployedWith({ REFRESH_REPLAY_WINDOW: 1 });
  const retry = await narrow.refresh(user.refreshToken);
  expect([retry.status, retry.body.refresh_token]).toEqual([200, body.refresh_token]);
  const next = await narrow.refresh(body.refresh_token);
  expect(next.status).toBe(200);
  moveClock(SECOND);
  expect((await wide.refresh(body.refresh_token)).status).toBe(401);
});

it("a token lives as long as it was issued for, however ACCESS_TOKEN_TTL is lowered", async () => {
  const long = deployedWith({ ACCESS_TOKEN_TTL: 86_400 });
  const { body } = await long.refresh(user.refreshToken);
  const short = deployedWith({ ACCESS_TOKEN_TTL: 60 });
  moveClock(86_399 * SECOND);
  expect(await short.check(body.access_token)).toBe(200);
  const renewed = await short.refresh(body.refresh_token);
  expect(renewed.body.expires_in).toBe(60);
  moveClock(91 * SECOND);
  expect(await long.check(renewed.body.access_token)).toBe(401);
});
