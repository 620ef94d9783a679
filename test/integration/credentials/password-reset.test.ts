import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import "../../support/cheap-hashes.ts";
import type { Reply } from "../../support/client.ts";
import { call, freshEmail, insertUser, PASSWORD, refresh, signIn } from "../../support/client.ts";
import { failing } from "../../support/failing.ts";
import { serviceWith } from "../../support/faults.ts";
import { inboxOf, mailTo } from "../../support/inbox.ts";

const NEXT = "a turtle on roller skates";

const forgot = (email: string, headers: Record<string, string> = {}) =>
  call("POST", "/v1/auth/password/forgot", { body: { email }, headers });

const reset = (token: string, password: string = NEXT) =>
  call("POST", "/v1/auth/password/reset", { body: { token, password } });

/** Somebody whose address is verified, and a token that was mailed to it. */
async function forgetful() {
  const { id, email } = await insertUser(["user"]);
  await forgot(email);
  const { token } = await mailTo(email);
  return { id, email, token };
}

it("ACC-01 the link leads where the configuration says, whatever hosts a request names", async () => {
  const { email } = await insertUser(["user"]);
  const host = "evil.example";
  await forgot(email, { "x-forwarded-host": host, forwarded: `host=${host}`, "x-host": host });
  const { page, text } = await mailTo(email);
  expect(page).toBe("http://localhost:3000/reset-password");
  expect(text).not.toContain(host);
});

it("REV-03 a reset ends every session, signs nobody in, and its owner hears of it", async () => {
  const { email } = await insertUser(["user"]);
  const sessions = [await signIn(email), await signIn(email)];
  await forgot(email);
  const { token } = await mailTo(email);
  const done = await reset(token);
  expect([done.status, done.body]).toEqual([204, ""]);
  for (const { accessToken, refreshToken } of sessions) {
    expect((await call("GET", "/v1/users/me", { token: accessToken })).status).toBe(401);
    expect((await refresh(refreshToken)).status).toBe(401);
  }
  const old = await call("POST", "/v1/auth/login", { body: { email, password: PASSWORD } });
  expect(old.body.code).toBe("invalid_credentials");
  await signIn(email, NEXT);
  const { token: none, text } = await mailTo(email, 2);
  expect([none, text.includes("password")]).toEqual(["", true]);
});

it("a reset verifies the address that it was mailed to", async () => {
  const { id, email } = await insertUser(["user"], freshEmail(), { verified: false });
  await forgot(email);
  await reset((await mailTo(email)).token);
  const row = env.DB.prepare("select email_verified from users where id = ?").bind(id);
  expect(await row.first()).toEqual({ email_verified: 1 });
});

it("a weak password is refused by name, and spends nothing", async () => {
  const { token } = await forgetful();
  const weak = await reset(token, "too short");
  expect([weak.status, weak.body.code]).toEqual([422, "weak_password"]);
  expect(weak.body.errors).toEqual([{ path: "password", message: "too_short" }]);
  expect((await reset(token)).status).toBe(204);
});

it("ACC-02 of fifty resets at once with one token one is done", async () => {
  const { email, token } = await forgetful();
  const passwords = Array.from({ length: 50 }, (_, n) => `${NEXT} number ${n}`);
  const replies = await Promise.all(passwords.map((password) => reset(token, password)));
  expect(replies.map(({ status }) => status).sort()).toEqual([
    204,
    ...Array.from({ length: 49 }, () => 401),
  ]);
  const winner = passwords[replies.findIndex(({ status }) => status === 204)] ?? "";
  await signIn(email, winner);
});

describe("ACC-06 a reset token", () => {
  it("is no good once another was used", async () => {
    const { email, token } = await forgetful();
    await forgot(email);
    const { token: second } = await mailTo(email, 2);
    expect((await reset(second)).status).toBe(204);
    expect((await reset(token)).body.code).toBe("invalid_token");
  });

  it("is no good after the password was changed, nor a second time", async () => {
    const { email, token } = await forgetful();
    const { accessToken } = await signIn(email);
    const body = { current_password: PASSWORD, new_password: NEXT };
    await call("POST", "/v1/users/me/password", { token: accessToken, body });
    const replies = [await reset(token), await reset(token)];
    expect(replies.map(({ body: { code } }) => code)).toEqual(["invalid_token", "invalid_token"]);
  });
});

it("a locked-out owner gets in by a reset", async () => {
  const { email, token } = await forgetful();
  const login = (password: string) => call("POST", "/v1/auth/login", { body: { email, password } });
  for (let i = 0; i < 10; i++) await login("not the right password");
  expect((await login(PASSWORD)).status).toBe(429);
  expect((await reset(token)).status).toBe(204);
  await signIn(email, NEXT);
});

/** All that a client sees, but for the id of the request. */
function seen({ status, headers, body }: Reply) {
  const shown = new Headers(headers);
  shown.delete("x-request-id");
  return { status, headers: [...shown], body };
}

describe("ENU-03 whoever asks for mail learns nothing", () => {
  const PATHS = ["/v1/auth/password/forgot", "/v1/auth/email/resend", "/v1/auth/email-code/start"];

  it.each(PATHS)("the reply of %s is the same, whatever exists", async (path) => {
    const known = await insertUser(["user"]);
    const unverified = await insertUser(["user"], freshEmail(), { verified: false });
    const disabled = await insertUser(["user"]);
    await env.DB.prepare("update users set status = 'disabled' where id = ?")
      .bind(disabled.id)
      .run();
    const ask = async (email: string) => {
      const reply = seen(await call("POST", path, { body: { email } }));
      // The flow is drawn, and of one length.
      return JSON.parse(JSON.stringify(reply).replace(/cf1\.[\w-]+/, (flow) => `${flow.length}`));
    };
    const unknown = await ask(freshEmail());
    expect(unknown.status).toBe(202);
    for (const { email } of [known, unverified, disabled])
      expect(await ask(email)).toEqual(unknown);
  });

  it.each([...PATHS, "/v1/auth/register"])("nothing but the queue is asked by %s", async (path) => {
    const down = () => true;
    const service = serviceWith({
      REGISTRATION: "private",
      DB: failing(env.DB, down),
      AUDIT_DB: failing(env.AUDIT_DB, down),
      USERS: failing(env.USERS, down),
      LOGIN_THROTTLES: failing(env.LOGIN_THROTTLES, down),
      JWKS_CACHE: failing(env.JWKS_CACHE, down),
    });
    const body = path.endsWith("register")
      ? { email: freshEmail(), password: NEXT }
      : { email: freshEmail() };
    expect((await service("POST", path, { body })).status).toBe(202);
  });

  it.each(PATHS)("where the queue does not answer %s is 503", async (path) => {
    const service = serviceWith({
      EVENTS: failing(env.EVENTS, () => true),
    });
    const reply = await service("POST", path, { body: { email: freshEmail() } });
    expect([reply.status, reply.body.code]).toEqual([503, "service_unavailable"]);
  });

  it("a forged token wakes no object and reads no D1", async () => {
    const down = () => true;
    const service = serviceWith({
      DB: failing(env.DB, down),
      USERS: failing(env.USERS, down),
      LOGIN_THROTTLES: failing(env.LOGIN_THROTTLES, down),
    });
    const token = `mt1.${"A".repeat(68)}`;
    for (const path of ["/v1/auth/password/reset", "/v1/auth/email/verify"]) {
      const reply = await service("POST", path, { body: { token, password: NEXT } });
      expect([reply.status, reply.body.code]).toEqual([401, "invalid_token"]);
    }
  });

  it("nobody without an account gets mail, nor one that is disabled", async () => {
    const unknown = freshEmail();
    const disabled = await insertUser(["user"]);
    await env.DB.prepare("update users set status = 'disabled' where id = ?")
      .bind(disabled.id)
      .run();
    const last = await insertUser(["user"]);
    for (const email of [unknown, disabled.email, last.email]) await forgot(email);
    await mailTo(last.email);
    expect(await inboxOf(unknown)).toEqual([]);
    expect(await inboxOf(disabled.email)).toEqual([]);
  });
});
