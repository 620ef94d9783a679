import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { createLocalJWKSet, jwtVerify } from "jose";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { capturedLog } from "../../support/canaries.ts";
import { call, newAdmin, newUser, ORIGIN, type SignedIn } from "../../support/client.ts";
import { failing } from "../../support/failing.ts";
import { byHand, runFeed } from "../../support/feed.ts";
import { rpc, rpcWith } from "../../support/rpc.ts";
import {
  clientToken,
  newServiceAccount,
  type ServiceAccount,
} from "../../support/service-accounts.ts";
import { userObject, withoutTable } from "../../support/storage.ts";
import { throttleOf } from "../../support/throttle.ts";
import { claimsOf, signedByService } from "../../support/tokens.ts";

const UNAVAILABLE = { ok: false, code: "unavailable" };

let admin: SignedIn;
let user: SignedIn;
let account: ServiceAccount;
let serviceToken: string;

beforeAll(async () => {
  admin = await newAdmin();
  user = await newUser();
  account = await newServiceAccount(admin.accessToken);
  serviceToken = await clientToken(account);
});

afterEach(() => vi.restoreAllMocks());

const ALL = [{}, { maxStaleness: "offline" }, { maxStaleness: 60 }, { maxStaleness: 0 }];

describe("verify", () => {
  it.each(ALL)("hands out the claims of a person's token, with options %j", async (options) => {
    const answer = await rpc.verify(user.accessToken, options);
    expect(answer).toEqual({ ok: true, claims: claimsOf(user.accessToken) });
  });

  it.each(ALL)("hands out the claims of a program's token, with options %j", async (options) => {
    const answer = await rpc.verify(serviceToken, options);
    expect(answer).toEqual({ ok: true, claims: claimsOf(serviceToken) });
    if (answer.ok) expect([answer.claims.sub, answer.claims.sid]).toEqual([account.id, undefined]);
  });

  it("TOK-05 holds a token to the audience asked for, and to ours unless one is", async () => {
    const other = await signedByService({ ...claimsOf(user.accessToken), aud: "https://other" });
    const invalid = { ok: false, code: "invalid_token" };
    expect(await rpc.verify(other)).toEqual(invalid);
    expect(await rpc.verify(other, { audience: "https://other" })).toMatchObject({ ok: true });
    expect(await rpc.verify(user.accessToken, { audience: "https://other" })).toEqual(invalid);
    expect(await rpc.verify(user.accessToken, { audience: ORIGIN })).toMatchObject({ ok: true });
  });

  it("needs every permission that is asked for", async () => {
    const permissions = ["users:read", "pages:write"];
    expect(await rpc.verify(admin.accessToken, { permissions })).toMatchObject({ ok: true });
    const refused = { ok: false, code: "forbidden" };
    expect(await rpc.verify(user.accessToken, { permissions })).toEqual(refused);
    expect(await rpc.verify(user.accessToken, { permissions, maxStaleness: 0 })).toEqual(refused);
  });
});

describe("authorize", () => {
  it("is verify with a permission, besides those in the options", async () => {
    expect(await rpc.authorize(admin.accessToken, "users:read")).toEqual({
      ok: true,
      claims: claimsOf(admin.accessToken),
    });
    const forbidden = { ok: false, code: "forbidden" };
    expect(await rpc.authorize(user.accessToken, "users:read")).toEqual(forbidden);
    const role = { name: "reader", permissions: ["pages:read"] };
    await call("POST", "/v1/roles", { token: admin.accessToken, body: role });
    const reader = await clientToken(await newServiceAccount(admin.accessToken, ["reader"]));
    expect(await rpc.authorize(reader, "pages:read")).toMatchObject({ ok: true });
    const both = await rpc.authorize(reader, "pages:read", { permissions: ["pages:write"] });
    expect(both).toEqual(forbidden);
    const other = await rpc.authorize(reader, "pages:write", { permissions: ["pages:read"] });
    expect(other).toEqual(forbidden);
  });

  it("a bad token is a bad token, whatever it lacks besides", async () => {
    const answer = await rpc.authorize("garbage", "users:read");
    expect(answer).toEqual({ ok: false, code: "invalid_token" });
  });
});

describe("jwks", () => {
  it("KEY-05 hands out what HTTP publishes: public halves that verify our tokens", async () => {
    const { ok, ...set } = await rpc.jwks();
    expect(ok).toBe(true);
    expect(set).toEqual((await call("GET", "/.well-known/jwks.json")).body);
    if (!("keys" in set)) throw new Error("no keys");
    expect(set.keys.filter((key) => "d" in key)).toEqual([]);
    const keys = createLocalJWKSet({ keys: set.keys.map((key) => ({ ...key })) });
    expect((await jwtVerify(user.accessToken, keys)).payload.sub).toBe(user.id);
  });
});

describe("an outage has decided nothing", () => {
  it("when D1 cannot be read about a service account that changed", async () => {
    await byHand("update service_accounts set version = version + 1 where id = ?", account.id);
    await withoutTable("service_accounts", async () => {
      await runFeed();
      expect(await rpc.verify(serviceToken, { maxStaleness: 0 })).toEqual(UNAVAILABLE);
      const authorized = await rpc.authorize(serviceToken, "users:read", { maxStaleness: 0 });
      expect(authorized).toEqual(UNAVAILABLE);
      // Offline asks nobody, and a person is judged by their own object.
      expect(await rpc.verify(serviceToken)).toMatchObject({ ok: true });
      expect(await rpc.verify(user.accessToken, { maxStaleness: 0 })).toMatchObject({ ok: true });
    });
    expect(await rpc.verify(serviceToken, { maxStaleness: 0 })).toMatchObject({ ok: true });
  });

  it("when the user's object cannot read its sessions", async () => {
    const victim = await newUser();
    const rename = (from: string, to: string) =>
      runInDurableObject(userObject(victim.id), (_, { storage }) => {
        storage.sql.exec(`alter table ${from} rename to ${to}`);
      });
    await rename("sessions", "sessions_away");
    expect(await rpc.verify(victim.accessToken, { maxStaleness: 0 })).toEqual(UNAVAILABLE);
    const cold = rpcWith({});
    expect(await cold.verify(victim.accessToken, { maxStaleness: 60 })).toEqual(UNAVAILABLE);
    expect(await cold.verify(victim.accessToken)).toMatchObject({ ok: true });
    await rename("sessions_away", "sessions");
    expect(await cold.verify(victim.accessToken, { maxStaleness: 60 })).toMatchObject({ ok: true });
  });

  it("when no signing key was ever read, and none can be", async () => {
    const jwks = await env.JWKS_CACHE.get("jwks");
    await env.JWKS_CACHE.delete("jwks");
    await withoutTable("signing_keys", async () => {
      const cold = rpcWith({});
      expect(await cold.verify(user.accessToken)).toEqual(UNAVAILABLE);
      expect(await cold.authorize(user.accessToken, "users:read")).toEqual(UNAVAILABLE);
      expect(await cold.jwks()).toEqual(UNAVAILABLE);
      // What is no token at all needs no key to be refused.
      expect(await cold.verify("garbage")).toEqual({ ok: false, code: "invalid_token" });
    });
    if (jwks !== null) await env.JWKS_CACHE.put("jwks", jwks);
    expect(await rpcWith({}).verify(user.accessToken)).toMatchObject({ ok: true });
  });

  it("and it is logged as what it is, without the token", async () => {
    const log = capturedLog();
    const broken = rpcWith({ DB: failing(env.DB, () => true) });
    await env.JWKS_CACHE.delete("jwks");
    expect(await broken.verify(user.accessToken)).toEqual(UNAVAILABLE);
    log.stop();
    const lines = log.lines.map((line) => JSON.parse(line));
    expect(lines).toContainEqual(
      expect.objectContaining({ level: "error", event: "dependency_failed", dependency: "d1" }),
    );
    expect(log.lines.join()).not.toContain(user.accessToken.slice(-20));
  });

  it("AUZ-05 a service that is not configured decides nothing either", async () => {
    const log = capturedLog();
    const misconfigured = rpcWith({ AUTH_SECRETS: "" });
    expect(await misconfigured.verify(user.accessToken)).toEqual(UNAVAILABLE);
    expect(await misconfigured.verify("garbage")).toEqual(UNAVAILABLE);
    expect(await misconfigured.authorize(user.accessToken, "users:read")).toEqual(UNAVAILABLE);
    expect(await misconfigured.jwks()).toEqual(UNAVAILABLE);
    log.stop();
  });
});

it("RAT-08 there is no password to be guessed over RPC, so nothing is counted", async () => {
  await rpc.verify(user.email);
  expect(await throttleOf(user.email).reserve()).toMatchObject({ kind: "allowed", before: null });
});
