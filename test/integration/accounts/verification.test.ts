import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  call,
  freshEmail,
  insertUser,
  newUser,
  PASSWORD,
  refresh,
  register,
  signIn,
} from "../../support/client.ts";
import { storedEvents } from "../../support/events.ts";
import { serviceWith } from "../../support/faults.ts";
import { mailTo } from "../../support/inbox.ts";
import { dumpD1 } from "../../support/storage.ts";

const verifying = serviceWith({ REQUIRE_VERIFIED_EMAIL: "true" });

const verify = (body: object, token?: string) =>
  call("POST", "/v1/auth/email/verify", { body, ...(token === undefined ? {} : { token }) });

const resend = (email: string) => call("POST", "/v1/auth/email/resend", { body: { email } });

const rowOf = (email: string) =>
  env.DB.prepare("select email_verified, password_hash, expires_at from users where email = ?")
    .bind(email)
    .first<{ email_verified: number; password_hash: string | null; expires_at: number | null }>();

/** Somebody registered, and the token that their address was mailed. */
async function registered() {
  const email = freshEmail();
  await register(email);
  const { token } = await mailTo(email);
  return { email, token };
}

it("ACC-01 a link leads where the configuration says, whatever hosts a request names", async () => {
  const email = freshEmail();
  const forged = "evil.example";
  const headers = {
    "x-forwarded-host": forged,
    forwarded: `host=${forged}`,
    "x-host": forged,
    origin: `https://${forged}`,
  };
  await call("POST", "/v1/auth/register", { body: { email, password: PASSWORD }, headers });
  const { page, text } = await mailTo(email);
  expect(page).toBe("http://localhost:3000/verify-email");
  expect(text).not.toContain(forged);
});

it("with verification required nobody signs in before, and then with the password shown", async () => {
  const email = freshEmail();
  const credentials = { body: { email, password: PASSWORD } };
  expect((await verifying("POST", "/v1/auth/register", credentials)).status).toBe(201);
  expect((await verifying("POST", "/v1/auth/login", credentials)).body.code).toBe(
    "email_not_verified",
  );
  expect((await rowOf(email))?.expires_at).toBeGreaterThan(Date.now());
  const { token } = await mailTo(email);
  expect((await verify({ token, password: PASSWORD })).status).toBe(204);
  expect((await verifying("POST", "/v1/auth/login", credentials)).status).toBe(200);
  expect(await rowOf(email)).toMatchObject({ email_verified: 1, expires_at: null });
});

describe("ACC-08 who registered an address that is another's", () => {
  it("loses the password and the sessions when its owner verifies it", async () => {
    const { email, token } = await registered();
    const attacker = await signIn(email);
    const verified = await verify({ token });
    expect(verified.status).toBe(200);
    expect((await refresh(attacker.refreshToken)).status).toBe(401);
    expect((await call("GET", "/v1/users/me", { token: attacker.accessToken })).status).toBe(401);
    const login = await call("POST", "/v1/auth/login", { body: { email, password: PASSWORD } });
    expect(login.body.code).toBe("invalid_credentials");
    expect((await rowOf(email))?.password_hash).toBeNull();
    const next = "a turtle on roller skates";
    const reset = { token: verified.body.reset_token, password: next };
    expect((await call("POST", "/v1/auth/password/reset", { body: reset })).status).toBe(204);
    const owner = await signIn(email, next);
    const events = await storedEvents({ subject: owner.id });
    expect(events.map(({ type }) => type)).toEqual([
      "user.registered",
      "session.opened",
      "user.email.verified",
      "sign_in.failed",
      "user.password.reset",
      "session.opened",
    ]);
  });

  it("keeps both by the password, and a wrong one spends nothing", async () => {
    const { email, token } = await registered();
    const session = await signIn(email);
    const wrong = await verify({ token, password: "not the right password" });
    expect([wrong.status, wrong.body.code]).toEqual([401, "invalid_credentials"]);
    expect((await verify({ token, password: PASSWORD })).status).toBe(204);
    expect((await refresh(session.refreshToken)).status).toBe(200);
  });

  it("keeps both by a session of that very account, not by another's or one that ended", async () => {
    const [own, others, ended] = [await registered(), await registered(), await registered()];
    const session = await signIn(own.email);
    const stranger = await newUser();
    expect((await verify({ token: own.token }, session.accessToken)).status).toBe(204);
    expect((await refresh(session.refreshToken)).status).toBe(200);
    expect((await verify({ token: others.token }, stranger.accessToken)).status).toBe(200);
    const over = await signIn(ended.email);
    await call("POST", "/v1/auth/logout", { token: over.accessToken });
    const refused = await verify({ token: ended.token }, over.accessToken);
    expect([refused.status, refused.body.code]).toEqual([401, "invalid_token"]);
    // Nothing was spent by it.
    expect((await verify({ token: ended.token, password: PASSWORD })).status).toBe(204);
  });

  it("RAT-08 guesses no password there: tries count with those at sign-in", async () => {
    const { email, token } = await registered();
    for (let i = 0; i < 10; i++) {
      await verify({ token, password: "not the right password" });
    }
    expect((await verify({ token, password: PASSWORD })).status).toBe(429);
    const login = await call("POST", "/v1/auth/login", { body: { email, password: PASSWORD } });
    expect(login.status).toBe(429);
  });
});

describe("ACC-02 of fifty redemptions at once", () => {
  it("of a verification one is done", async () => {
    const { token } = await registered();
    const replies = await Promise.all(Array.from({ length: 50 }, () => verify({ token })));
    const statuses = replies.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 49 }, () => 401)]);
    const refused = replies.filter(({ status }) => status === 401);
    expect(new Set(refused.map(({ body }) => body.code))).toEqual(new Set(["invalid_token"]));
  });
});

it("a token is refused alike when it is forged, used, for something else or of a gone account", async () => {
  const used = await registered();
  await verify({ token: used.token, password: PASSWORD });
  const gone = await registered();
  await env.DB.batch([
    env.DB.prepare(
      "delete from user_roles where user_id = (select id from users where email = ?)",
    ).bind(gone.email),
    env.DB.prepare("delete from users where email = ?").bind(gone.email),
  ]);
  const other = await registered();
  const { token: invalid } = await mailTo(other.email);
  const replies = [
    await verify({ token: used.token }),
    await verify({ token: gone.token }),
    await verify({ token: `${invalid.slice(0, -1)}${invalid.endsWith("A") ? "B" : "A"}` }),
    await verify({ token: "mt1." }),
    await call("POST", "/v1/auth/password/reset", { body: { token: invalid, password: PASSWORD } }),
  ];
  const seen = replies.map(({ status, body }) => ({ status, ...body, request_id: "" }));
  for (const one of seen) expect(one).toEqual(seen[0]);
  expect(seen[0]).toMatchObject({ status: 401, code: "invalid_token" });
});

it("ACC-06 a token dies with any other change of the account", async () => {
  const { email, token } = await registered();
  const { id } = await signIn(email);
  await env.DB.prepare("update users set status = 'disabled' where id = ?").bind(id).run();
  expect((await verify({ token })).body.code).toBe("invalid_token");
});

it("no GET spends a token", async () => {
  const { token } = await registered();
  const got = await call("GET", `/v1/auth/email/verify?token=${token}`);
  expect(got.status).toBe(405);
  expect((await verify({ token, password: PASSWORD })).status).toBe(204);
});

it("ACC-06 nothing that is stored can be redeemed", async () => {
  const { token } = await registered();
  const stored = JSON.stringify(await dumpD1());
  expect(stored).not.toContain(token);
  expect(stored).not.toContain("mt1.");
});

it("a verification is mailed again to an account that needs it, and to no other", async () => {
  const { email, token } = await registered();
  const verified = await insertUser(["user"]);
  for (const address of [email, verified.email, freshEmail()]) {
    const reply = await resend(address);
    expect([reply.status, reply.body]).toEqual([202, ""]);
  }
  const again = await mailTo(email, 2);
  expect(again.page).toBe("http://localhost:3000/verify-email");
  expect((await verify({ token: again.token, password: PASSWORD })).status).toBe(204);
  expect((await verify({ token })).body.code).toBe("invalid_token");
  expect(await dumpD1().then(({ mails }) => JSON.stringify(mails))).not.toContain(verified.id);
});

it("RAT-11 no inbox gets more than five messages in an hour, and the reply does not tell", async () => {
  const { email } = await registered();
  const replies = [];
  for (let i = 0; i < 8; i++) replies.push(await resend(email));
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([202]));
  await mailTo(email, 5);
});
