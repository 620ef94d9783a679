import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import {
  call,
  newAdmin,
  newUser,
  PASSWORD,
  type Reply,
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { failing } from "../../support/failing.ts";
import { DAY, HOUR, MINUTE, moveClock, stopClock } from "../../support/moving-clock.ts";
import { isolateWith } from "../../support/rpc.ts";
import { userObject, withoutTable } from "../../support/storage.ts";

/* D1 is away for an hour, for the Worker and for every object; the isolate has served before. */

let user: SignedIn;
let isAway: boolean;
let isolate: ReturnType<typeof isolateWith>;

const post = (path: string, options: object) => isolate.http("POST", path, options);
const refreshed = (token: string) => post("/v1/auth/refresh", { body: { refresh_token: token } });

beforeAll(async () => {
  const { accessToken: token } = await newAdmin();
  const body = { name: "auditor", description: "", permissions: ["audit:read"] };
  expect((await call("POST", "/v1/roles", { token, body })).status).toBe(201);
});

beforeEach(async () => {
  stopClock();
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  user = await newUser();
  isAway = false;
  isolate = isolateWith({ DB: failing(env.DB, () => isAway) });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function expectOutage(reply: Reply): void {
  expect([reply.status, reply.body.code]).toEqual([503, "service_unavailable"]);
}

const checkedAt = (id: string) =>
  runInDurableObject(userObject(id), (_, { storage }) => {
    const copy = storage.kv.get<{ checkedAt: number }>("authority");
    return copy?.checkedAt;
  });

async function outage(work: () => Promise<void>): Promise<void> {
  isAway = true;
  try {
    await withoutTable("users", () => withoutTable("role_permissions", work));
  } finally {
    isAway = false;
  }
}

it("REF-11 people refresh, are verified and use their sessions throughout, and sign out", async () => {
  const phone = await signIn(user.email);
  let { body } = await refreshed(user.refreshToken);
  expect((await isolate.rpc.verify(body.access_token, { maxStaleness: 0 })).ok).toBe(true);
  await outage(async () => {
    for (let elapsed = 0; elapsed < HOUR; elapsed += 5 * MINUTE) {
      moveClock(5 * MINUTE);
      const reply = await refreshed(body.refresh_token);
      expect(reply.status).toBe(200);
      body = reply.body;
      const token = body.access_token;
      expect((await isolate.rpc.verify(token, { maxStaleness: 0 })).ok).toBe(true);
      expect((await isolate.http("GET", "/v1/auth/check", { token })).status).toBe(204);
      expect((await isolate.http("GET", "/v1/auth/sessions", { token })).status).toBe(200);
    }
    const token = body.access_token;
    const ended = await isolate.http("DELETE", `/v1/auth/sessions/${phone.sessionId}`, { token });
    expect(ended.status).toBe(204);
    expect((await refreshed(phone.refreshToken)).status).toBe(401);
    expect((await post("/v1/auth/logout", { token })).status).toBe(204);
    expect((await isolate.rpc.verify(token, { maxStaleness: 0 })).ok).toBe(false);
    expect((await refreshed(body.refresh_token)).status).toBe(401);
  });
});

it("REF-11 nor does it stop whoever was active, though their copy would come of age during it", async () => {
  let { body } = await refreshed(user.refreshToken);
  // Within the last two hours of the copy's day a refresh has it read anew, and does not wait.
  moveClock(23 * HOUR);
  ({ body } = await refreshed(body.refresh_token));
  await vi.waitUntil(async () => (await checkedAt(user.id)) === Date.now(), 20_000);
  await outage(async () => {
    moveClock(90 * MINUTE);
    const reply = await refreshed(body.refresh_token);
    expect(reply.status).toBe(200);
  });
});

it("a copy that cannot be read anew in time serves until it is a day old, and no longer", async () => {
  let { body } = await refreshed(user.refreshToken);
  await outage(async () => {
    moveClock(DAY - 1);
    const reply = await refreshed(body.refresh_token);
    expect(reply.status).toBe(200);
    body = reply.body;
    moveClock(1);
    expectOutage(await refreshed(body.refresh_token));
  });
  expect((await refreshed(body.refresh_token)).status).toBe(200);
});

it("what needs the record waits: signing in, reading one's row, changing the account", async () => {
  const { body } = await refreshed(user.refreshToken);
  const token = body.access_token;
  await outage(async () => {
    const login = { email: user.email, password: PASSWORD };
    expectOutage(await post("/v1/auth/login", { body: login }));
    expectOutage(await isolate.http("GET", "/v1/users/me", { token }));
    const password = { current_password: PASSWORD, new_password: "another horse battery staple" };
    expectOutage(await post("/v1/users/me/password", { token, body: password }));
  });
  expect((await refreshed(body.refresh_token)).status).toBe(200);
});

it("what an editable role grants is known for a minute: then its holders wait, but sign out", async () => {
  const { accessToken: admin } = await newAdmin();
  const role = await call("PUT", `/v1/users/${user.id}/roles/auditor`, { token: admin });
  expect(role.status).toBe(204);
  const { body } = await refreshed(user.refreshToken);
  let last = body.refresh_token;
  await outage(async () => {
    moveClock(MINUTE - 1);
    const reply = await refreshed(last);
    expect(reply.status).toBe(200);
    const token = reply.body.access_token;
    last = reply.body.refresh_token;
    moveClock(1);
    expectOutage(await refreshed(last));
    const verdict = await isolate.rpc.verify(token, { maxStaleness: 0 });
    expect(verdict).toEqual({ ok: false, code: "unavailable" });
    expect((await post("/v1/auth/logout", { token })).status).toBe(204);
  });
  expect((await refreshed(last)).status).toBe(401);
});
