import { beforeAll, expect, it } from "vitest";
import {
  call,
  insertUser,
  newAdmin,
  PASSWORD,
  refresh,
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";
import { isolateWith } from "../../support/rpc.ts";
import { enrol, newEnrolled } from "../../support/second-factors.ts";
import { clientToken, newServiceAccount, tokenReply } from "../../support/service-accounts.ts";
import { claimsOf } from "../../support/tokens.ts";
import { codeOf } from "../../support/totp.ts";

const NEEDS_AAL2 = 'Bearer error="insufficient_user_authentication", acr_values="aal2"';

let admin: SignedIn;
beforeAll(async () => {
  admin = await newAdmin();
  const role = { name: "auditor", permissions: ["audit:read", "users:read"], require_aal2: true };
  await call("POST", "/v1/roles", { token: admin.accessToken, body: role });
});

/** Somebody with the role, signed in by their password alone. */
const newAuditor = async () => signIn((await insertUser(["auditor", "user"])).email);

it("a role that asks for a second factor says so, and stops when it is told to", async () => {
  const asAdmin = (method: string, body?: unknown) =>
    call(method, "/v1/roles/careful", {
      token: admin.accessToken,
      ...(body === undefined ? {} : { body }),
    });
  const role = { name: "careful", description: "", permissions: [], require_aal2: true };
  const made = await call("POST", "/v1/roles", { token: admin.accessToken, body: role });
  expect([made.status, made.body]).toEqual([201, role]);
  expect((await asAdmin("PATCH", { description: "x" })).body.require_aal2).toBe(true);
  expect((await asAdmin("PATCH", { require_aal2: false })).body.require_aal2).toBe(false);
  expect((await asAdmin("GET")).body.require_aal2).toBe(false);
  const wrong = await asAdmin("PATCH", { require_aal2: "yes" });
  expect([wrong.status, wrong.body.errors[0].path]).toEqual([400, "require_aal2"]);
});

it("such a role does not count in a session with one factor: in no token, and at no door", async () => {
  const { accessToken: token, refreshToken } = await newAuditor();
  expect(claimsOf(token)).toMatchObject({ acr: "aal1", roles: ["user"], permissions: [] });
  const refreshed = await refresh(refreshToken);
  expect(claimsOf(refreshed.body.access_token)).toMatchObject({ roles: ["user"], permissions: [] });

  for (const path of ["/v1/users", "/v1/audit-events", "/v1/auth/check?permission=users:read"]) {
    const reply = await call("GET", path, { token });
    expect([reply.status, reply.body.code]).toEqual([401, "insufficient_user_authentication"]);
    expect(reply.headers.get("www-authenticate")).toBe(NEEDS_AAL2);
  }
  const beyond = await call("GET", "/v1/keys", { token });
  expect([beyond.status, beyond.body.code]).toEqual([403, "forbidden"]);
  const check = await call("GET", "/v1/auth/check", { token });
  expect(check.headers.get("x-auth-roles")).toBe("user");

  const { rpc } = isolateWith({});
  const needed = { ok: false, code: "insufficient_user_authentication", acr: "aal2" };
  const asked = { permissions: ["users:read"], maxStaleness: 0 };
  expect(await rpc.verify(token, asked)).toEqual(needed);
  expect(await rpc.verify(token, { ...asked, maxAge: 60 })).toEqual({ ...needed, maxAge: 60 });
  expect(await rpc.verify(token, { maxStaleness: 0 })).toMatchObject({
    claims: { roles: ["user"], permissions: [] },
  });
  expect(await rpc.authorize(token, "keys:read", { maxStaleness: 0 })).toEqual({
    ok: false,
    code: "forbidden",
  });
});

it("it counts from the second factor on, in the same session, and for a program without one", async () => {
  const auditor = await newAuditor();
  const { accessToken: token, sessionId } = await newEnrolled(auditor);
  expect(claimsOf(token)).toMatchObject({
    sid: sessionId,
    acr: "aal2",
    roles: ["auditor", "user"],
    permissions: ["audit:read", "users:read"],
  });
  expect((await call("GET", "/v1/users", { token })).status).toBe(200);
  const program = await newServiceAccount(admin.accessToken, ["auditor"]);
  expect(claimsOf(await clientToken(program))).toMatchObject({ roles: ["auditor"] });
});

it("nobody gives or edits at one factor what waits for the second", async () => {
  const keeper = { name: "keeper", permissions: ["roles:assign", "roles:write"] };
  await call("POST", "/v1/roles", { token: admin.accessToken, body: keeper });
  const { email, id } = await insertUser(["auditor", "keeper", "user"]);
  const { accessToken: token } = await signIn(email);
  const give = await call("PUT", `/v1/users/${id}/roles/auditor`, { token });
  expect([give.status, give.headers.get("www-authenticate")]).toEqual([401, NEEDS_AAL2]);
  const edit = { token, body: { require_aal2: false } };
  expect((await call("PATCH", "/v1/roles/auditor", edit)).status).toBe(401);
  // What a role allows that asks for no second factor, it allows.
  const plain = { name: "plain", permissions: [] };
  expect((await call("POST", "/v1/roles", { token, body: plain })).status).toBe(201);
  const other = await insertUser(["user"]);
  expect((await call("PUT", `/v1/users/${other.id}/roles/plain`, { token })).status).toBe(204);
});

it("nobody gives or edits at one factor a role that asks for two, though it grants nothing", async () => {
  const named = { name: "deployer", permissions: [], require_aal2: true };
  await call("POST", "/v1/roles", { token: admin.accessToken, body: named });
  const keeper = {
    name: "giver",
    permissions: ["roles:assign", "roles:write", "service-accounts:write"],
  };
  await call("POST", "/v1/roles", { token: admin.accessToken, body: keeper });
  const { email, id } = await insertUser(["giver", "user"]);
  const { accessToken: token } = await signIn(email);
  const program = await newServiceAccount(admin.accessToken);
  const body = { name: "x", roles: ["deployer"] };
  for (const [method, path, options] of [
    ["PUT", `/v1/users/${id}/roles/deployer`, { token }],
    ["PUT", `/v1/service-accounts/${program.id}/roles/deployer`, { token }],
    ["POST", "/v1/service-accounts", { token, body }],
    ["PATCH", "/v1/roles/deployer", { token, body: { require_aal2: false } }],
    ["DELETE", "/v1/roles/deployer", { token }],
  ] as const) {
    const reply = await call(method, path, options);
    expect([path, reply.status, reply.body.code]).toEqual([path, 403, "forbidden"]);
  }
});

it("a secret made at one factor ends when its account comes to hold what waited for the second", async () => {
  const maker = { name: "maker", permissions: ["service-accounts:*"] };
  await call("POST", "/v1/roles", { token: admin.accessToken, body: maker });
  const { email } = await insertUser(["auditor", "maker", "user"]);
  const { accessToken: token } = await signIn(email);
  const account = await newServiceAccount(admin.accessToken);
  const secrets = `/v1/service-accounts/${account.id}/secrets`;
  const made = await call("POST", secrets, { token, body: {} });
  expect(made.status).toBe(201);
  const program = { id: account.id, secret: made.body.client_secret };
  expect((await tokenReply(program)).status).toBe(200);
  const path = `/v1/service-accounts/${account.id}/roles/auditor`;
  const given = await call("PUT", path, { token: admin.accessToken });
  expect(given.body.ended_secrets).toEqual([made.body.secret_id]);
  expect((await tokenReply(program)).status).toBe(401);
});

it("an administrator without aal2 is challenged, steps up, and goes on in the same session", async () => {
  const strict = serviceWith({ ADMIN_REQUIRES_AAL2: "true" });
  const { email } = await insertUser(["admin", "user"]);
  const login = () => strict("POST", "/v1/auth/login", { body: { email, password: PASSWORD } });
  const [first, older] = [await login(), await login()];
  const { access_token: token, session_id: session } = first.body;
  expect(claimsOf(token)).toMatchObject({ acr: "aal1", roles: ["user"], permissions: [] });
  const refused = await strict("GET", "/v1/users", { token });
  expect([refused.status, refused.body.acr_values]).toEqual([401, "aal2"]);
  expect(refused.headers.get("www-authenticate")).toBe(NEEDS_AAL2);

  const enrolled = await enrol({
    id: "",
    email,
    accessToken: token,
    refreshToken: first.body.refresh_token,
    sessionId: session,
  });
  // Another session of theirs, from before the factor.
  const stepped = await strict("POST", "/v1/auth/step-up", {
    token: older.body.access_token,
    body: { totp: codeOf(enrolled.secret) },
  });
  expect(claimsOf(stepped.body.access_token)).toMatchObject({
    sid: older.body.session_id,
    acr: "aal2",
    roles: ["admin", "user"],
    permissions: ["*"],
  });
  const listed = await strict("GET", "/v1/users", { token: stepped.body.access_token });
  expect(listed.status).toBe(200);
  const roles = await strict("GET", "/v1/roles", { token: stepped.body.access_token });
  expect(roles.body.roles[0]).toMatchObject({ name: "admin", require_aal2: true });
});
