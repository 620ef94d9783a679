import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { FREE_TRIES } from "../../../src/domain/credentials/throttle.ts";
import "../../support/cheap-hashes.ts";
import { freshEmail, newAdmin, newUser, PASSWORD } from "../../support/client.ts";
import { failing } from "../../support/failing.ts";
import { serviceWith } from "../../support/faults.ts";
import { moveClock } from "../../support/moving-clock.ts";
import { adminRpcWith } from "../../support/rpc.ts";
import { expectOAuthError, form } from "../../support/service-accounts.ts";
import { failuresOf, unreachable } from "../../support/throttle.ts";

afterEach(() => {
  vi.useRealTimers();
});

const NEXT = "a turtle on roller skates";
const refusing = { limit: async () => ({ success: false }) };

/** The buckets that requests counted in. */
function recording() {
  const keys: string[] = [];
  const limit = async ({ key }: { key: string }) => {
    keys.push(key);
    return { success: true };
  };
  return { keys, limit };
}

it("an address over its limit is told when to come back, before anything is read or hashed", async () => {
  const service = serviceWith({
    ADDRESS_LIMIT: refusing,
    DB: failing(env.DB, () => true),
    LOGIN_THROTTLES: unreachable(env.LOGIN_THROTTLES, "reserve"),
  });
  const body = { email: freshEmail(), password: PASSWORD };
  for (const path of ["/v1/auth/login", "/v1/auth/register"]) {
    const reply = await service("POST", path, { body });
    expect(reply.status).toBe(429);
    expect(reply.body.code).toBe("too_many_requests");
    expect(reply.headers.get("retry-after")).toBe("60");
  }
});

it("the limit stands before the password of a session's owner too", async () => {
  const user = await newUser();
  const service = serviceWith({
    ADDRESS_LIMIT: refusing,
    LOGIN_THROTTLES: unreachable(env.LOGIN_THROTTLES, "reserve"),
  });
  const token = user.accessToken;
  const change = { token, body: { current_password: PASSWORD, new_password: NEXT } };
  expect((await service("POST", "/v1/users/me/password", change)).status).toBe(429);
  const deletion = { token, body: { password: PASSWORD } };
  expect((await service("DELETE", "/v1/users/me", deletion)).status).toBe(429);
});

it("a limit that does not answer is an outage, and never a way round it", async () => {
  const down = {
    limit: async () => {
      throw new Error("injected fault");
    },
  };
  const email = freshEmail();
  const reply = await serviceWith({ ADDRESS_LIMIT: down })("POST", "/v1/auth/login", {
    body: { email, password: PASSWORD },
  });
  expect(reply.status).toBe(503);
  expect(await failuresOf(email)).toBe(0);
});

it("RAT-09 the count holds when every try comes from another address, and no limit refuses", async () => {
  const service = serviceWith({ ADDRESS_LIMIT: recording() });
  const email = freshEmail();
  moveClock(0);
  const statuses = [];
  for (let i = 0; i < FREE_TRIES + 5; i++) {
    const reply = await service("POST", "/v1/auth/login", {
      body: { email, password: "not the right password" },
      headers: { "cf-connecting-ip": `198.51.100.${i}` },
    });
    statuses.push(reply.status);
  }
  expect(statuses.filter((status) => status === 401)).toHaveLength(FREE_TRIES);
  expect(statuses.slice(FREE_TRIES)).toEqual([429, 429, 429, 429, 429]);
});

it("an administrator who chooses a password costs a hash too, and no other request of theirs", async () => {
  const admin = await newAdmin();
  const service = serviceWith({ ADDRESS_LIMIT: refusing });
  const create = (more: object) =>
    service("POST", "/v1/users", {
      token: admin.accessToken,
      body: { email: freshEmail(), ...more },
    });
  expect((await create({ password: PASSWORD })).status).toBe(429);
  expect((await create({})).status).toBe(201);
});

it("a Worker that administers counts by its name", async () => {
  const limiter = recording();
  const props = { caller: "billing", permissions: ["*"] };
  const input = { email: freshEmail(), password: PASSWORD };
  expect(await adminRpcWith({ ADDRESS_LIMIT: limiter }, props).createUser(input)).toMatchObject({
    ok: true,
  });
  expect(limiter.keys).toEqual(["caller:billing"]);
  const refused = adminRpcWith({ ADDRESS_LIMIT: refusing }, props);
  const answer = await refused.createUser({ ...input, email: freshEmail() });
  expect(answer).toEqual({ ok: false, code: "too_many_requests" });
  expect(await refused.createUser({ email: freshEmail() })).toMatchObject({ ok: true });
});

it("RAT-10 all who have no address of their own count together as well, whatever they ask for", async () => {
  const [byName, together] = [recording(), recording()];
  const shared = { "cf-connecting-ip": "2a06:98c0:3600::103" };
  const wrong = (service: ReturnType<typeof serviceWith>, headers: Record<string, string>) =>
    service("POST", "/v1/auth/login", {
      body: { email: freshEmail(), password: PASSWORD },
      headers,
    });
  const counting = serviceWith({ ADDRESS_LIMIT: byName, SHARED_LIMIT: together });
  for (const headers of [{}, shared]) await wrong(counting, headers);
  await wrong(counting, { "cf-connecting-ip": "198.51.100.7" });
  expect(byName.keys).toHaveLength(3);
  expect(together.keys).toEqual(["shared", "shared"]);

  const full = serviceWith({ SHARED_LIMIT: refusing });
  for (const headers of [{}, shared]) expect((await wrong(full, headers)).status).toBe(429);
  expect((await wrong(full, { "cf-connecting-ip": "198.51.100.7" })).status).toBe(401);
  // What a name is refused does not use up what the others share.
  const named = serviceWith({ ADDRESS_LIMIT: refusing, SHARED_LIMIT: together });
  expect((await wrong(named, {})).status).toBe(429);
  expect(together.keys).toHaveLength(2);
});

it("clients that authenticate are limited by their address, in OAuth's own words", async () => {
  const full = serviceWith({ CLIENT_LIMIT: refusing, DB: failing(env.DB, () => true) });
  const limiter = recording();
  const counting = serviceWith({ CLIENT_LIMIT: limiter });
  for (const path of ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"]) {
    const reply = await full("POST", path, form({ token: "x" }));
    expectOAuthError(reply, 429, "temporarily_unavailable");
    expect(reply.headers.get("retry-after")).toBe("60");
    await counting("POST", path, form({}, { "cf-connecting-ip": "198.51.100.7" }));
  }
  await counting("POST", "/oauth2/token", form({}));
  await counting("POST", "/oauth2/token", form({}, { "cf-connecting-ip": "2a06:98c0:3600::103" }));
  const own = "ip4:198.51.100.7";
  expect(limiter.keys).toEqual([own, own, own, "shared", "shared"]);
});

it("RAT-10 without an address of its own a caller counts by what it asks for", async () => {
  const limiter = recording();
  const service = serviceWith({ ADDRESS_LIMIT: limiter, DB: failing(env.DB, () => true) });
  const bucket = async (email: string, headers: Record<string, string>) => {
    await service("POST", "/v1/auth/login", { body: { email, password: PASSWORD }, headers });
    return limiter.keys.at(-1);
  };
  const shared = { "cf-connecting-ip": "2a06:98c0:3600::103" };
  const [one, other] = [freshEmail(), freshEmail()];
  const nobody = await bucket(one, {});
  expect(nobody).not.toContain(one);
  expect(await bucket(one, shared)).toBe(nobody);
  expect(await bucket(other, shared)).not.toBe(nobody);
  expect(await bucket(other, {})).not.toBe(nobody);

  const network = await bucket(one, { "cf-connecting-ip": "2001:db8:0:7::1" });
  expect(network).not.toBe(nobody);
  expect(await bucket(other, { "cf-connecting-ip": "2001:db8:0:7:ffff::2" })).toBe(network);
  expect(await bucket(other, { "cf-connecting-ip": "2001:db8:0:8::1" })).not.toBe(network);
  // Headers that a client can set move nobody out of a bucket.
  for (const name of ["x-forwarded-for", "x-real-ip", "forwarded", "true-client-ip"]) {
    expect(await bucket(one, { [name]: "203.0.113.9" })).toBe(nobody);
  }
});
