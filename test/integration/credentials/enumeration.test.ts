import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { freshEmail, insertUser, PASSWORD, type Reply } from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";
import { mailTo } from "../../support/inbox.ts";

const verifying = serviceWith({ REQUIRE_VERIFIED_EMAIL: "true" });

const login = (email: string, password: string) =>
  verifying("POST", "/v1/auth/login", { body: { email, password } });

async function accounts() {
  const known = await insertUser(["user"]);
  const disabled = await insertUser(["user"]);
  const unverified = await insertUser(["user"]);
  const withoutPassword = await insertUser(["user"]);
  await env.DB.batch([
    env.DB.prepare("update users set status = 'disabled' where id = ?").bind(disabled.id),
    env.DB.prepare("update users set email_verified = 0 where id = ?").bind(unverified.id),
    env.DB.prepare("update users set password_hash = null where id = ?").bind(withoutPassword.id),
  ]);
  return { known, disabled, unverified, withoutPassword };
}

/** All that a client sees, but for the id of the request. */
function seen({ status, headers, body }: Reply) {
  const shown = new Headers(headers);
  expect(shown.get("x-request-id")).toBe(body.request_id);
  shown.delete("x-request-id");
  return { status, headers: [...shown], body: { ...body, request_id: "" } };
}

it("ENU-01 a wrong password tells nothing of the account, nor whether there is one", async () => {
  const { known, disabled, unverified, withoutPassword } = await accounts();
  const wrong = "not the right password";
  const unknown = seen(await login(freshEmail(), wrong));
  expect(unknown.status).toBe(401);
  expect(unknown.body.code).toBe("invalid_credentials");
  for (const account of [known, disabled, unverified, withoutPassword]) {
    expect(seen(await login(account.email, wrong))).toEqual(unknown);
  }
  // Only whoever knows the password hears more; without a password nobody does.
  expect((await login(disabled.email, PASSWORD)).body.code).toBe("account_disabled");
  expect((await login(unverified.email, PASSWORD)).body.code).toBe("email_not_verified");
  expect(seen(await login(withoutPassword.email, PASSWORD))).toEqual(unknown);
  expect((await login(known.email, PASSWORD)).status).toBe(200);
});

it("ENU-01 the right password on an account that may not sign in is 403, with no session", async () => {
  const { disabled, unverified } = await accounts();
  for (const account of [disabled, unverified]) {
    const reply = await login(account.email, PASSWORD);
    expect(reply.status).toBe(403);
    expect(JSON.stringify(reply.body)).not.toContain("token");
  }
});

describe("ENU-03 private registration", () => {
  const service = serviceWith({ REGISTRATION: "private" });
  const registering = (email: string, password = "five turtles in a trench coat") =>
    service("POST", "/v1/auth/register", { body: { email, password } });
  const row = (email: string) =>
    env.DB.prepare("select id, password_hash, expires_at from users where email = ?")
      .bind(email)
      .first<{ id: string; password_hash: string | null; expires_at: number | null }>();

  it("answers alike for a new, a taken and an unverified address", async () => {
    const { known, unverified } = await accounts();
    const replies = [];
    for (const email of [freshEmail(), known.email, unverified.email]) {
      const reply = await registering(email);
      reply.headers.delete("x-request-id");
      replies.push({ status: reply.status, body: reply.body, headers: [...reply.headers] });
    }
    expect(replies[0]).toMatchObject({ status: 202, body: "" });
    for (const reply of replies) expect(reply).toEqual(replies[0]);
    const weak = await registering(known.email, "too short");
    expect(seen(weak)).toEqual(seen(await registering(freshEmail(), "too short")));
  });

  it("makes an account without a password, whose owner chooses one by mail", async () => {
    const email = freshEmail();
    await registering(email);
    const { page, token } = await mailTo(email);
    expect(page).toBe("http://localhost:3000/verify-email");
    expect(await row(email)).toMatchObject({ password_hash: null });
    expect((await row(email))?.expires_at).toBeGreaterThan(Date.now());
    const verified = await service("POST", "/v1/auth/email/verify", { body: { token } });
    expect(verified.status).toBe(200);
    const body = { token: verified.body.reset_token, password: PASSWORD };
    expect((await service("POST", "/v1/auth/password/reset", { body })).status).toBe(204);
    expect((await login(email, PASSWORD)).status).toBe(200);
    expect(await row(email)).toMatchObject({ expires_at: null });
  });

  it("of an address that has an account tells its owner alone, and changes nothing", async () => {
    const { known, unverified } = await accounts();
    const before = [await row(known.email), await row(unverified.email)];
    for (const { email } of [known, unverified]) await registering(email);
    expect((await mailTo(known.email)).token).toBe("");
    expect((await mailTo(unverified.email)).page).toBe("http://localhost:3000/verify-email");
    expect([await row(known.email), await row(unverified.email)]).toEqual(before);
  });
});

it("closed registration makes no account", async () => {
  const service = serviceWith({ REGISTRATION: "closed" });
  const email = freshEmail();
  const reply = await service("POST", "/v1/auth/register", { body: { email, password: PASSWORD } });
  expect(reply.status).toBe(403);
  expect(reply.body.code).toBe("registration_closed");
  const row = env.DB.prepare("select 1 from users where email = ?").bind(email);
  expect(await row.first()).toBeNull();
});
