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
} from "../../support/client.ts";
import { rpc } from "../../support/rpc.ts";
import {
  clientToken,
  expectOAuthError,
  form,
  newServiceAccount,
  post,
  type ServiceAccount,
} from "../../support/service-accounts.ts";
import { userObject } from "../../support/storage.ts";

const PATH = "/oauth2/revoke";

let admin: SignedIn;
let client: ServiceAccount;
/** Holds sessions:revoke. */
let guard: ServiceAccount;
beforeAll(async () => {
  admin = await newAdmin();
  client = await newServiceAccount(admin.accessToken);
  const permissions = ["sessions:revoke"];
  await call("POST", "/v1/roles", {
    token: admin.accessToken,
    body: { name: "guard", permissions },
  });
  guard = await newServiceAccount(admin.accessToken, ["guard"]);
});

/** As the client that people sign in with, which has no secret. */
const revoke = (token: string, more: Record<string, string> = {}): Promise<Reply> =>
  call("POST", PATH, form({ token, client_id: "first-party", ...more }));

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
  expectOAuthError(await post(PATH, client, { token }), 400, "unsupported_token_type");
  expectOAuthError(await post(PATH, guard, { token }), 400, "unsupported_token_type");
  expectOAuthError(await revoke(token), 400, "unauthorized_client");
  expect(await rpc.verify(token, { maxStaleness: 0 })).toMatchObject({ ok: true });
});

it("a token that was issued to another is refused, and its session goes on", async () => {
  const user = await newUser();
  const other = await clientToken(guard);
  for (const token of [user.refreshToken, user.accessToken, other]) {
    expectOAuthError(await post(PATH, client, { token }), 400, "unauthorized_client");
  }
  expect(await isLive(user)).toBe(true);
});

it("whoever holds sessions:revoke ends any session, as long as it is held", async () => {
  for (const kind of ["refreshToken", "accessToken"] as const) {
    const user = await newUser();
    expect((await post(PATH, guard, { token: user[kind] })).status).toBe(200);
    expect(await isLive(user)).toBe(false);
  }
  const user = await newUser();
  const demoted = await newServiceAccount(admin.accessToken, ["guard"]);
  const path = `/v1/service-accounts/${demoted.id}/roles/guard`;
  expect((await call("DELETE", path, { token: admin.accessToken })).status).toBe(204);
  const reply = await post(PATH, demoted, { token: user.refreshToken });
  expectOAuthError(reply, 400, "unauthorized_client");
  expect(await isLive(user)).toBe(true);
});

it("REV-07 a dead token is 200 to whoever says who it is, and ends nothing", async () => {
  const ended = await newUser();
  await call("POST", "/v1/auth/logout", { token: ended.accessToken });
  const spent = await newUser();
  await refresh((await refresh(spent.refreshToken)).body.refresh_token);
  const gone = await newServiceAccount(admin.accessToken);
  const goneToken = await clientToken(gone);
  await call("DELETE", `/v1/service-accounts/${gone.id}`, { token: admin.accessToken });
  const dead = [ended.accessToken, ended.refreshToken, spent.refreshToken, goneToken, "x"];
  for (const token of [...dead, await tokenOfEndedSecret()]) {
    expect([(await post(PATH, client, { token })).status, token]).toEqual([200, token]);
  }
  expect(await isLive(spent)).toBe(true);
});

/** Older than the oldest good one of its account, which goes on. */
async function tokenOfEndedSecret(): Promise<string> {
  const { id, secret } = await newServiceAccount(admin.accessToken);
  const token = await clientToken({ id, secret });
  const path = `/v1/service-accounts/${id}/secrets`;
  const made = await call("POST", path, { token: admin.accessToken });
  const listed = await call("GET", path, { token: admin.accessToken });
  const old = listed.body.secrets.find((one: { id: string }) => one.id !== made.body.secret_id);
  await call("DELETE", `${path}/${old.id}`, { token: admin.accessToken });
  expect(await rpc.verify(token, { maxStaleness: 0 })).toMatchObject({ ok: false });
  return token;
}

it("REV-07 a program's own dead token is 200 as well, and its living one says what it is", async () => {
  const dead = await tokenOfEndedSecret();
  expect((await post(PATH, guard, { token: dead })).status).toBe(200);
  expect((await revoke(dead)).status).toBe(200);
  const living = await clientToken(client);
  expectOAuthError(await post(PATH, client, { token: living }), 400, "unsupported_token_type");
  const disabled = await newServiceAccount(admin.accessToken);
  const itsToken = await clientToken(disabled);
  await call("PATCH", `/v1/service-accounts/${disabled.id}`, {
    token: admin.accessToken,
    body: { status: "disabled" },
  });
  expect((await post(PATH, guard, { token: itsToken })).status).toBe(200);
});

it("whoever does not say who it is ends nothing", async () => {
  const user = await newUser();
  const token = user.refreshToken;
  const strangers = [
    await call("POST", PATH, form({ token })),
    await call("POST", PATH, form({ token, client_id: client.id })),
    await call("POST", PATH, form({ token, client_id: "someone-else" })),
    await call("POST", PATH, form({ token }, { authorization: `Bearer ${user.accessToken}` })),
    await post(PATH, { ...guard, secret: "wrong" }, { token }),
    await post(PATH, { id: "first-party", secret: "x" }, { token }),
  ];
  for (const reply of strangers) expectOAuthError(reply, 401, "invalid_client");
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
