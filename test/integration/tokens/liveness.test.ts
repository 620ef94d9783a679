import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { call, newAdmin, newUser, type SignedIn } from "../../support/client.ts";
import { moveClock, SECOND, stopClock } from "../../support/moving-clock.ts";
import { rpc, rpcWith } from "../../support/rpc.ts";
import { clientToken, newServiceAccount } from "../../support/service-accounts.ts";
import { claimsOf } from "../../support/tokens.ts";

const NOW = { maxStaleness: 0 };
const MINUTE = { maxStaleness: 60 };
const INVALID = { ok: false, code: "invalid_token" };
const ACCEPTED = { ok: true };

let admin: SignedIn;
beforeAll(async () => {
  admin = await newAdmin();
});
afterEach(() => vi.useRealTimers());

const asAdmin = async (method: string, path: string, body?: unknown): Promise<void> => {
  const reply = await call(method, path, { token: admin.accessToken, body });
  expect(reply.status).toBeLessThan(300);
};

/** What ends a token before its time, and how somebody does it. */
const ENDINGS: [string, (user: SignedIn) => Promise<unknown>][] = [
  [
    "a session that was signed out",
    (user) => call("POST", "/v1/auth/logout", { token: user.accessToken }),
  ],
  [
    "a session that was ended by its owner",
    ({ accessToken: token, sessionId }) =>
      call("DELETE", `/v1/auth/sessions/${sessionId}`, { token }),
  ],
  [
    "sessions that an administrator ended",
    ({ id }) => asAdmin("DELETE", `/v1/users/${id}/sessions`),
  ],
  ["a disabled user", ({ id }) => asAdmin("PATCH", `/v1/users/${id}`, { status: "disabled" })],
  ["a deleted user", ({ id }) => asAdmin("DELETE", `/v1/users/${id}`)],
];

describe.each(ENDINGS)("%s", (_, end) => {
  it("REV-02 is refused by the very next call that asks now, and by all that remember", async () => {
    const user = await newUser();
    const bystander = await newUser();
    expect(await rpc.verify(user.accessToken, MINUTE)).toMatchObject(ACCEPTED);
    await end(user);
    expect(await rpc.verify(user.accessToken, NOW)).toEqual(INVALID);
    expect(await rpc.verify(user.accessToken, MINUTE)).toEqual(INVALID);
    expect(await rpc.authorize(user.accessToken, "users:read", NOW)).toEqual(INVALID);
    expect(await rpc.verify(bystander.accessToken, NOW)).toMatchObject(ACCEPTED);
  });

  it("REV-01 is accepted offline until the token expires, as documented", async () => {
    const user = await newUser();
    await end(user);
    expect(await rpc.verify(user.accessToken)).toMatchObject(ACCEPTED);
    // The clock ran since the token was made, so its very last seconds are left to other tests.
    moveClock((600 + 20) * SECOND);
    expect(await rpc.verify(user.accessToken)).toMatchObject(ACCEPTED);
    moveClock(11 * SECOND);
    expect(await rpc.verify(user.accessToken)).toEqual(INVALID);
  });
});

it("REV-02 a disabled or deleted service account is refused by the next call that asks now", async () => {
  for (const [method, body] of [
    ["PATCH", { status: "disabled" }],
    ["DELETE", undefined],
  ] as const) {
    const account = await newServiceAccount(admin.accessToken);
    const token = await clientToken(account);
    expect(await rpc.verify(token, MINUTE)).toMatchObject(ACCEPTED);
    await asAdmin(method, `/v1/service-accounts/${account.id}`, body);
    expect(await rpc.verify(token, NOW)).toEqual(INVALID);
    expect(await rpc.verify(token, MINUTE)).toEqual(INVALID);
    expect(await rpc.verify(token)).toMatchObject(ACCEPTED);
  }
});

it("AUZ-04 roles and permissions are the current ones, not the token's", async () => {
  const user = await newUser();
  const verified = async (options: object = {}) => {
    const answer = await rpc.verify(user.accessToken, options);
    if (!answer.ok) throw new Error(answer.code);
    const { roles, permissions, ver } = answer.claims;
    return { roles, permissions, ver };
  };
  const before = { roles: ["user"], permissions: [], ver: 1 };
  expect(await verified(NOW)).toEqual(before);
  await asAdmin("PUT", `/v1/users/${user.id}/roles/admin`);
  expect(await verified(NOW)).toEqual({ roles: ["admin", "user"], permissions: ["*"], ver: 2 });
  expect(await rpc.authorize(user.accessToken, "users:write", NOW)).toMatchObject(ACCEPTED);
  expect(await verified()).toEqual(before);
  expect(await rpc.authorize(user.accessToken, "users:write")).toMatchObject({ code: "forbidden" });
  await asAdmin("DELETE", `/v1/users/${user.id}/roles/admin`);
  expect(await verified(NOW)).toEqual({ ...before, ver: 3 });
  const demoted = await rpc.authorize(user.accessToken, "users:write", NOW);
  expect(demoted).toEqual({ ok: false, code: "forbidden" });
});

/** An isolate of its own, whose questions to the users' objects are counted. */
function counted() {
  const questions: string[] = [];
  const watched = <T extends object>(binding: T): T =>
    new Proxy(binding, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          questions.push(String(key));
          return Reflect.apply(value, target, args);
        };
      },
    });
  const isolate = rpcWith({
    DB: watched(env.DB),
    USERS: watched(env.USERS),
    JWKS_CACHE: watched(env.JWKS_CACHE),
  });
  return { isolate, questions };
}

it("offline verification touches no storage once the keys are warm", async () => {
  const user = await newUser();
  stopClock();
  const { isolate, questions } = counted();
  await isolate.verify(user.accessToken);
  expect(questions).not.toEqual([]);
  questions.length = 0;
  for (let i = 0; i < 20; i++) {
    expect(await isolate.verify(user.accessToken)).toMatchObject(ACCEPTED);
    expect(await isolate.verify("garbage")).toEqual(INVALID);
    expect(await isolate.authorize(user.accessToken, "users:read")).toMatchObject({ ok: false });
  }
  expect(questions).toEqual([]);
  await isolate.verify(user.accessToken, NOW);
  expect(questions).toEqual(["idFromName", "get"]);
});

it("N seconds: an answer is remembered so long, and asked for again after", async () => {
  const user = await newUser();
  stopClock();
  const { isolate, questions } = counted();
  const asked = () => questions.filter((name) => name === "idFromName").length;
  expect(await isolate.verify(user.accessToken, MINUTE)).toMatchObject(ACCEPTED);
  await call("POST", "/v1/auth/logout", { token: user.accessToken });
  moveClock(59 * SECOND);
  expect(await isolate.verify(user.accessToken, MINUTE)).toMatchObject(ACCEPTED);
  expect(asked()).toBe(1);
  moveClock(SECOND);
  expect(await isolate.verify(user.accessToken, MINUTE)).toEqual(INVALID);
  expect(asked()).toBe(2);
});

it("N seconds: nothing is remembered beyond the token's expiry", async () => {
  const user = await newUser();
  const day = { maxStaleness: 86_400 };
  expect(await rpc.verify(user.accessToken, day)).toMatchObject(ACCEPTED);
  moveClock((600 + 31) * SECOND);
  expect(await rpc.verify(user.accessToken, day)).toEqual(INVALID);
});

it("CFW-15 a clock that jumped back is no reason to believe an old answer", async () => {
  const user = await newUser();
  stopClock();
  expect(await rpc.verify(user.accessToken, MINUTE)).toMatchObject(ACCEPTED);
  await call("POST", "/v1/auth/logout", { token: user.accessToken });
  moveClock(-SECOND);
  expect(await rpc.verify(user.accessToken, MINUTE)).toEqual(INVALID);
});

it("CFW-16 two users who are remembered at once keep their own claims", async () => {
  const users = [await newUser(), await newUser(), admin];
  for (const _ of [1, 2]) {
    const answers = await Promise.all(
      users.map(({ accessToken }) => rpc.verify(accessToken, MINUTE)),
    );
    expect(answers).toEqual(
      users.map(({ accessToken }) => ({ ok: true, claims: claimsOf(accessToken) })),
    );
  }
});
