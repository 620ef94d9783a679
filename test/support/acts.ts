import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { importSql } from "../../scripts/import/import-sql.ts";
import { toBase64Url } from "../../src/core/security/encoding.ts";
import type { EventType } from "../../src/domain/events/event.ts";
import {
  call,
  freshEmail,
  insertUser,
  newAdmin,
  newUser,
  type Options,
  PASSWORD,
  type Reply,
  type SignedIn,
} from "./client.ts";
import { byHand, runFeed } from "./feed.ts";
import { mailTo } from "./inbox.ts";
import "./loaded.ts";
import { DAY, HOUR } from "./moving-clock.ts";
import { emailOf, someUserId } from "./samples.ts";
import { firstFactor, newEnrolled, SECOND as SECOND_FACTOR } from "./second-factors.ts";
import { newServiceAccount } from "./service-accounts.ts";
import { cron, freshIsolate, keyRows, kidOf, withoutKeys } from "./signing-keys.ts";
import { userObject } from "./storage.ts";
import { throttleOf } from "./throttle.ts";
import { codeOf, wrongCode } from "./totp.ts";

/** Where the acts come from. */
export const ORIGIN_OF_ACTS = { ip: "198.51.100.7", userAgent: "acts/1.0" };
const headers = {
  "cf-connecting-ip": ORIGIN_OF_ACTS.ip,
  "user-agent": ORIGIN_OF_ACTS.userAgent,
};

/** What an act should have left. */
export type Done = {
  readonly subject: string;
  readonly actor: { readonly kind: string; readonly id: string };
  /** The reply to the request that did it; null where none did. */
  readonly reply: Reply | null;
  readonly outcome?: "failure";
  readonly data?: Readonly<Record<string, unknown>>;
  /** What the same request leaves beside it. */
  readonly beside?: readonly EventType[];
};

const SYSTEM = { kind: "system", id: "auth-service" };
const ANYBODY = { kind: "anyone", id: "anyone" };
const by = ({ id }: { readonly id: string }) => ({ kind: "user", id });
const WRONG = "wrong horse battery staple";
const NEXT = "another horse battery staple";

const FACTORS_TOTP = "/v1/users/me/factors/totp";

const ask = (method: string, path: string, options: Options = {}, service = call) =>
  service(method, path, { ...options, headers });

/** An administrator's request. */
async function asAdmin(method: string, path: string, body?: unknown) {
  const admin = await newAdmin();
  const reply = await ask(method, path, { token: admin.accessToken, body });
  return { actor: by(admin), reply };
}

const wrongSignIn = (email: string, given: Record<string, string> = {}) =>
  ask("POST", "/v1/auth/login", { body: { email, password: WRONG, ...given } });

/** So many wrong tries as are one short of a lock, the last of them long ago. */
const nearlyLocked = () => ({ failures: 99, lastAt: Date.now() - 2 * HOUR });

let serial = 0;
async function newRole(): Promise<string> {
  const name = `act-${++serial}`;
  await asAdmin("POST", "/v1/roles", { name, permissions: ["reports:read"] });
  return name;
}

async function newProgram() {
  const admin = await newAdmin();
  return newServiceAccount(admin.accessToken);
}

const withRole = async (role: string) => (await insertUser(["user", role])).id;

/** A service with one key, which is `kid`, and its administrator. */
async function withOneKey(): Promise<{ kid: string; admin: SignedIn; email: string }> {
  await withoutKeys();
  const { id, email } = await insertUser(["admin", "user"], freshEmail("keys"));
  const reply = await freshIsolate()("POST", "/v1/auth/login", {
    body: { email, password: PASSWORD },
  });
  const admin = {
    id,
    email,
    accessToken: reply.body.access_token,
    refreshToken: reply.body.refresh_token,
    sessionId: reply.body.session_id,
  };
  return { kid: kidOf(admin.accessToken), admin, email };
}

/** The same with a second key, which waits, and the request that made it. */
async function withNextKey() {
  const { kid: first, admin } = await withOneKey();
  const options = { token: admin.accessToken, body: {} };
  const reply = await ask("POST", "/v1/keys/rotate", options, freshIsolate());
  const kid = (await keyRows()).at(-1)?.kid ?? "";
  return { first, kid, admin, actor: by(admin), reply };
}

/** Every type of event, and an act that leaves it. */
export const ACTS: Readonly<Record<EventType, () => Promise<Done>>> = {
  async "factor.added"() {
    const user = await newUser();
    const { accessToken: token } = user;
    const begun = await ask("POST", FACTORS_TOTP, { token, body: { password: PASSWORD } });
    const { id: factor_id, secret } = begun.body;
    const body = { code: codeOf(secret) };
    const reply = await ask("POST", `${FACTORS_TOTP}/${factor_id}/confirm`, { token, body });
    const data = { factor_id, kind: "totp", session_id: user.sessionId };
    return { subject: user.id, actor: by(user), reply, data };
  },
  async "factor.failed"() {
    const user = await newEnrolled();
    const body = { second_factor_token: await firstFactor(user), totp: wrongCode(user.secret) };
    const reply = await ask("POST", SECOND_FACTOR, { body });
    const failed = { outcome: "failure", data: { failures: 1 } } as const;
    return { subject: user.id, actor: ANYBODY, reply, ...failed };
  },
  async "factor.locked"() {
    const user = await newEnrolled();
    await runInDurableObject(userObject(user.id), (_, { storage }) =>
      storage.kv.put("proofs/totp", nearlyLocked()),
    );
    const body = { second_factor_token: await firstFactor(user), totp: wrongCode(user.secret) };
    const reply = await ask("POST", SECOND_FACTOR, { body });
    const failed = { outcome: "failure", data: { failures: 100 } } as const;
    return { subject: user.id, actor: ANYBODY, reply, ...failed };
  },
  async "factor.recovery_code_used"() {
    const user = await newEnrolled();
    const token = await firstFactor(user);
    const body = { second_factor_token: token, recovery_code: user.codes[0] };
    const reply = await ask("POST", SECOND_FACTOR, { body });
    const told = { data: { left: 9 }, beside: ["session.opened"] } as const;
    return { subject: user.id, actor: by(user), reply, ...told };
  },
  async "factor.recovery_codes_renewed"() {
    const user = await newEnrolled();
    const options = { token: user.accessToken, body: { password: PASSWORD } };
    const reply = await ask("POST", "/v1/users/me/factors/recovery-codes", options);
    return { subject: user.id, actor: by(user), reply };
  },
  async "factor.removed"() {
    const user = await newEnrolled();
    const options = { token: user.accessToken, body: { password: PASSWORD } };
    const reply = await ask("DELETE", `/v1/users/me/factors/${user.factor}`, options);
    const data = { factor_id: user.factor, kind: "totp", sessions_ended: 0 };
    return { subject: user.id, actor: by(user), reply, data };
  },
  async "factor.reset"() {
    const admin = await newEnrolled(await newAdmin());
    const { id } = await newEnrolled();
    const reply = await ask("DELETE", `/v1/users/${id}/factors`, { token: admin.accessToken });
    return { subject: id, actor: by(admin), reply, data: { factors: 1, sessions_ended: 1 } };
  },
  async "key.created"() {
    const { kid, actor, reply } = await withNextKey();
    return { subject: kid, actor, reply, beside: ["key.scheduled"] };
  },
  async "key.scheduled"() {
    const { kid } = await withOneKey();
    return { subject: kid, actor: SYSTEM, reply: null };
  },
  async "key.removed"() {
    const { first } = await withNextKey();
    await byHand("update signing_keys set signs_from = ? where sequence = 2", Date.now() - 2 * DAY);
    await cron();
    return { subject: first, actor: SYSTEM, reply: null };
  },
  async "key.revoked"() {
    const { kid, actor, admin } = await withNextKey();
    const options = { token: admin.accessToken, body: { revoke: kid } };
    const reply = await ask("POST", "/v1/keys/rotate", options, freshIsolate());
    return { subject: kid, actor, reply };
  },
  async "key.rewrapped"() {
    const { kid } = await withOneKey();
    const secrets = Reflect.get(env, "AUTH_SECRETS");
    const newer = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
    await cron({ AUTH_SECRETS: `v2:${newer},${secrets}` });
    return { subject: kid, actor: SYSTEM, reply: null };
  },
  async "key.withdrawn"() {
    const { kid } = await withNextKey();
    await cron({ SIGNING_ALG: "EdDSA" });
    return { subject: kid, actor: SYSTEM, reply: null };
  },
  async "proof.failed"() {
    const user = await newUser();
    const body = { current_password: WRONG, new_password: NEXT };
    const reply = await ask("POST", "/v1/users/me/password", { token: user.accessToken, body });
    const failed = { outcome: "failure", data: { failures: 1 } } as const;
    return { subject: user.id, actor: by(user), reply, ...failed };
  },
  async "proof.locked"() {
    const user = await newUser();
    await runInDurableObject(userObject(user.id), (_, { storage }) =>
      storage.kv.put(`proofs/${user.sessionId}`, nearlyLocked()),
    );
    const reply = await wrongSignIn(user.email, { device: user.refreshToken });
    const failed = { outcome: "failure", data: { failures: 100 } } as const;
    return { subject: user.id, actor: ANYBODY, reply, ...failed };
  },
  async "refresh.replayed_elsewhere"() {
    const { id, refreshToken: token, sessionId: session_id } = await newUser();
    const body = { refresh_token: token };
    await call("POST", "/v1/auth/refresh", {
      body,
      headers: { "cf-connecting-ip": "203.0.113.1", "user-agent": "owner" },
    });
    const reply = await ask("POST", "/v1/auth/refresh", { body });
    return { subject: id, actor: ANYBODY, reply, data: { session_id, client_id: "first-party" } };
  },
  async "refresh.reused"() {
    const { id, refreshToken, sessionId: session_id } = await newUser();
    const refresh = (token: string) =>
      ask("POST", "/v1/auth/refresh", { body: { refresh_token: token } });
    const second = await refresh(refreshToken);
    await refresh(second.body.refresh_token);
    const reply = await refresh(refreshToken);
    const data = { session_id, client_id: "first-party" };
    return { subject: id, actor: ANYBODY, reply, outcome: "failure", data };
  },
  async "role.created"() {
    const name = `act-${++serial}`;
    const permissions = ["reports:read"];
    const made = await asAdmin("POST", "/v1/roles", { name, permissions });
    return { subject: name, ...made, data: { permissions } };
  },
  async "role.deleted"() {
    const name = await newRole();
    return { subject: name, ...(await asAdmin("DELETE", `/v1/roles/${name}`)) };
  },
  async "role.updated"() {
    const name = await newRole();
    const permissions = ["reports:write"];
    const done = await asAdmin("PATCH", `/v1/roles/${name}`, { permissions });
    return { subject: name, ...done, data: { permissions } };
  },
  async "service_account.created"() {
    const roles = [await newRole()];
    const body = { name: "Nightly report", roles };
    const made = await asAdmin("POST", "/v1/service-accounts", body);
    return { subject: made.reply.body.client_id, ...made, data: { roles } };
  },
  async "service_account.deleted"() {
    const { id } = await newProgram();
    return { subject: id, ...(await asAdmin("DELETE", `/v1/service-accounts/${id}`)) };
  },
  async "service_account.role.assigned"() {
    const [{ id }, role] = [await newProgram(), await newRole()];
    const done = await asAdmin("PUT", `/v1/service-accounts/${id}/roles/${role}`);
    return { subject: id, ...done, data: { role } };
  },
  async "service_account.role.removed"() {
    const role = await newRole();
    const { id } = await newServiceAccount((await newAdmin()).accessToken, [role]);
    const done = await asAdmin("DELETE", `/v1/service-accounts/${id}/roles/${role}`);
    return { subject: id, ...done, data: { role } };
  },
  async "service_account.secret.created"() {
    const { id } = await newProgram();
    const done = await asAdmin("POST", `/v1/service-accounts/${id}/secrets`, {});
    return { subject: id, ...done, data: { secret_id: done.reply.body.secret_id } };
  },
  async "service_account.secret.ended"() {
    const { id } = await newProgram();
    const admin = await newAdmin();
    const path = `/v1/service-accounts/${id}/secrets`;
    const { body } = await call("GET", path, { token: admin.accessToken });
    const secret_id = body.secrets[0].id;
    const reply = await ask("DELETE", `${path}/${secret_id}`, { token: admin.accessToken });
    return { subject: id, actor: by(admin), reply, data: { secret_id } };
  },
  async "service_account.updated"() {
    const { id } = await newProgram();
    const done = await asAdmin("PATCH", `/v1/service-accounts/${id}`, { status: "disabled" });
    return { subject: id, ...done };
  },
  async "session.opened"() {
    const { id, email } = await insertUser(["user"]);
    const reply = await ask("POST", "/v1/auth/login", { body: { email, password: PASSWORD } });
    const session_id = reply.body.session_id;
    const data = { session_id, amr: ["pwd"], acr: "aal1", client_id: "first-party" };
    return { subject: id, actor: by({ id }), reply, data };
  },
  async "session.revoked"() {
    const user = await newUser();
    const reply = await ask("POST", "/v1/auth/logout", { token: user.accessToken });
    const data = { scope: "one", session_id: user.sessionId, ended: 1 };
    return { subject: user.id, actor: by(user), reply, data };
  },
  async "sign_in.failed"() {
    const { id, email } = await insertUser(["user"]);
    const reply = await wrongSignIn(email);
    return { subject: id, actor: ANYBODY, reply, outcome: "failure", data: { failures: 1 } };
  },
  async "sign_in.locked"() {
    const { id, email } = await insertUser(["user"]);
    await byHand("update users set password_set_at = 1 where id = ?", id);
    await runInDurableObject(throttleOf(email), (_, { storage }) =>
      storage.kv.put("state", nearlyLocked()),
    );
    const reply = await wrongSignIn(email);
    return { subject: id, actor: ANYBODY, reply, outcome: "failure", data: { failures: 100 } };
  },
  async "user.changed_by_hand"() {
    const { id } = await newUser();
    await byHand("update users set status = 'disabled' where id = ?", id);
    await runFeed();
    const actor = { kind: "operator", id: "database" };
    return { subject: id, actor, reply: null, data: { changed: ["status"], sessions_ended: 1 } };
  },
  async "user.created"() {
    const body = { email: freshEmail(), password: PASSWORD, roles: ["user"] };
    const made = await asAdmin("POST", "/v1/users", body);
    return { subject: made.reply.body.user.id, ...made, data: { roles: ["user"] } };
  },
  async "user.deleted"() {
    const { id } = await newUser();
    const done = await asAdmin("DELETE", `/v1/users/${id}`);
    return { subject: id, ...done, data: { sessions_ended: 1 } };
  },
  async "user.disabled"() {
    const { id } = await newUser();
    const done = await asAdmin("PATCH", `/v1/users/${id}`, { status: "disabled" });
    return { subject: id, ...done, data: { sessions_ended: 1 } };
  },
  async "user.enabled"() {
    const { id } = await insertUser(["user"]);
    await asAdmin("PATCH", `/v1/users/${id}`, { status: "disabled" });
    const done = await asAdmin("PATCH", `/v1/users/${id}`, { status: "active" });
    return { subject: id, ...done };
  },
  async "user.password.changed"() {
    const user = await newUser();
    const body = { current_password: PASSWORD, new_password: NEXT };
    const reply = await ask("POST", "/v1/users/me/password", { token: user.accessToken, body });
    const told = { data: { sessions_ended: 1 }, beside: ["session.opened"] } as const;
    return { subject: user.id, actor: by(user), reply, ...told };
  },
  async "user.registered"() {
    const body = { email: freshEmail(), password: PASSWORD };
    const reply = await ask("POST", "/v1/auth/register", { body });
    return { subject: reply.body.id, actor: ANYBODY, reply, data: { roles: ["user"] } };
  },
  async "user.email.changed"() {
    const user = await newUser();
    const email = freshEmail("moved");
    const token = user.accessToken;
    await ask("POST", "/v1/users/me/email", { token, body: { password: PASSWORD, email } });
    const body = { token: (await mailTo(email)).token };
    const reply = await ask("POST", "/v1/auth/email/verify", { token, body });
    return { subject: user.id, actor: by(user), reply };
  },
  async "user.email.verified"() {
    const email = freshEmail();
    const registered = await ask("POST", "/v1/auth/register", {
      body: { email, password: PASSWORD },
    });
    const { token } = await mailTo(email);
    const reply = await ask("POST", "/v1/auth/email/verify", {
      body: { token, password: PASSWORD },
    });
    return { subject: registered.body.id, actor: by(registered.body), reply };
  },
  async "user.imported"() {
    const id = someUserId();
    const user = {
      id,
      email: emailOf(freshEmail("imported")),
      emailVerified: true,
      name: null,
      passwordHash: null,
      roles: [],
      status: "active",
      createdAt: Date.now(),
    } as const;
    const statements = importSql([user], "import-acts", Date.now());
    await env.DB.batch(statements.map((statement) => env.DB.prepare(statement)));
    await runFeed();
    const actor = { kind: "operator", id: "import" };
    return { subject: id, actor, reply: null, data: { roles: ["user"] } };
  },
  async "user.invited"() {
    const made = await asAdmin("POST", "/v1/users", { email: freshEmail() });
    return { subject: made.reply.body.user.id, ...made, data: { roles: ["user"] } };
  },
  async "user.password.reset"() {
    const user = await newUser();
    await ask("POST", "/v1/auth/password/forgot", { body: { email: user.email } });
    const { token } = await mailTo(user.email);
    const reply = await ask("POST", "/v1/auth/password/reset", { body: { token, password: NEXT } });
    return { subject: user.id, actor: by(user), reply, data: { sessions_ended: 1 } };
  },
  async "user.exported"() {
    const { id } = await newUser();
    return { subject: id, ...(await asAdmin("GET", `/v1/users/${id}/export`)) };
  },
  async "user.renamed"() {
    const user = await newUser();
    const reply = await ask("PATCH", "/v1/users/me", {
      token: user.accessToken,
      body: { name: "Ada" },
    });
    return { subject: user.id, actor: by(user), reply };
  },
  async "user.role.assigned"() {
    const role = await newRole();
    const { id } = await insertUser(["user"]);
    const done = await asAdmin("PUT", `/v1/users/${id}/roles/${role}`);
    return { subject: id, ...done, data: { role } };
  },
  async "user.role.removed"() {
    const role = await newRole();
    const id = await withRole(role);
    const done = await asAdmin("DELETE", `/v1/users/${id}/roles/${role}`);
    return { subject: id, ...done, data: { role } };
  },
};
