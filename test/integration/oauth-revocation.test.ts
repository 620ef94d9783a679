import { runInDurableObject } from "cloudflare:test";
import { beforeAll, expect, it } from "vitest";
import {
  call,
  newAdmin,
  newUser,
  type Reply,
  refresh,
  type SignedIn,
  signIn,
} from "../support/client.ts";
import { rpc } from "../support/rpc.ts";
import {
  clientToken,
  expectOAuthError,
  form,
  newServiceAccount,
  post,
  type ServiceAccount,
} from "../support/service-accounts.ts";
import { userObject } from "../support/storage.ts";

const PATH = "/oauth2/revoke";

let admin: SignedIn;
let client: ServiceAccount;
beforeAll(async () => {
  admin = await newAdmin();
  client = await newServiceAccount(admin.accessToken);
});

const revoke = (token: string, more: Record<string, string> = {}): Promise<Reply> =>
  post(PATH, client, { token, ...more });

const isLive = async ({ accessToken }: SignedIn): Promise<boolean> =>
  (await rpc.verify(accessToken, { maxStaleness: 0 })).ok;

it("REV-01 a refresh token and an access token both end their session, and no other", async () => {
  for (const kind of ["refreshToken", "accessToken"] as const) {
    const user = await newUser();
    const elsewhere = await signIn(user.email);
    const reply = await revoke(user[kind]);
    expect([reply.status, reply.body]).toEqual([200, ""]);
    expect(reply.headers.get("cache-control")).toBe("no-store");
    expect((await refresh(user.refreshToken)).status).toBe(401);
    expect(await isLive(user)).toBe(false);
    expect(await isLive(elsewhere)).toBe(true);
    expect((await revoke(user[kind])).status).toBe(200);
  }
});

it("the hint may be wrong or unknown (RFC 7009, section 2.1)", async () => {
  for (const hint of ["access_token", "made_up"]) {
    const user = await newUser();
    expect((await revoke(user.refreshToken, { token_type_hint: hint })).status).toBe(200);
    expect(await isLive(user)).toBe(false);
  }
});

it("REV-07 a token that is unknown or was never ours is 200, and ends nothing", async () => {
  const user = await newUser();
  for (const token of ["x", `${user.refreshToken}x`, `${user.accessToken}x`, user.sessionId]) {
    expect((await revoke(token)).status).toBe(200);
  }
  expect(await isLive(user)).toBe(true);
});

it("a service account's own token is no session, which is said, and it goes on", async () => {
  const token = await clientToken(client);
  expectOAuthError(await revoke(token), 400, "unsupported_token_type");
  expect(await rpc.verify(token, { maxStaleness: 0 })).toMatchObject({ ok: true });
});

it("whoever does not authenticate ends nothing", async () => {
  const user = await newUser();
  const token = user.refreshToken;
  expectOAuthError(await call("POST", PATH, form({ token })), 401, "invalid_client");
  const wrong = { ...client, secret: "wrong" };
  expectOAuthError(await post(PATH, wrong, { token }), 401, "invalid_client");
  expectOAuthError(await post(PATH, client, {}), 400, "invalid_request");
  expect(await isLive(user)).toBe(true);
});

it("REV-04 trouble in storage while revoking is 503, never 200", async () => {
  for (const kind of ["refreshToken", "accessToken"] as const) {
    const user = await newUser();
    const rename = (from: string, to: string) =>
      runInDurableObject(userObject(user.id), (_, { storage }) => {
        storage.sql.exec(`alter table ${from} rename to ${to}`);
      });
    await rename("sessions", "sessions_away");
    const failed = await revoke(user[kind]);
    expectOAuthError(failed, 503, "temporarily_unavailable");
    expect(failed.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    await rename("sessions_away", "sessions");
    expect(await isLive(user)).toBe(true);
    expect((await revoke(user[kind])).status).toBe(200);
    expect(await isLive(user)).toBe(false);
  }
});
