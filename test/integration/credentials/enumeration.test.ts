import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { freshEmail, insertUser, PASSWORD, type Reply } from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";

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

it("ENU-03 private registration answers alike for a new and for a taken address", async () => {
  const service = serviceWith({ REGISTRATION: "private" });
  const registering = (email: string, password: string) =>
    service("POST", "/v1/auth/register", { body: { email, password } });
  const row = (email: string) =>
    env.DB.prepare("select id, password_hash from users where email = ?").bind(email).first();

  const taken = await insertUser(["user"]);
  const before = await row(taken.email);
  const fresh = freshEmail();
  const [toNew, toTaken] = [
    await registering(fresh, "five turtles in a trench coat"),
    await registering(taken.email, "five turtles in a trench coat"),
  ];
  for (const reply of [toNew, toTaken]) {
    expect(reply.status).toBe(202);
    expect(reply.body).toBe("");
    reply.headers.delete("x-request-id");
  }
  expect([...toTaken.headers]).toEqual([...toNew.headers]);
  expect(await row(fresh)).not.toBeNull();
  expect(await row(taken.email)).toEqual(before);

  const weak = await registering(taken.email, "too short");
  expect(seen(weak)).toEqual(seen(await registering(freshEmail(), "too short")));
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
