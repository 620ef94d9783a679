import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  call,
  freshEmail,
  newAdmin,
  newUser,
  PASSWORD,
  refresh,
  signIn,
} from "../../support/client.ts";

const NEXT = "a turtle on roller skates";

it("a person registers, signs in, and reads and changes their account", async () => {
  const { id, email, accessToken: token } = await newUser();
  const me = await call("GET", "/v1/users/me", { token });
  expect(me.status).toBe(200);
  expect(me.body.user).toMatchObject({ id, email, email_verified: false, name: null });
  expect(me.body.user).toMatchObject({ status: "active", roles: ["user"] });
  const named = await call("PATCH", "/v1/users/me", { token, body: { name: "Zoë Ångström 🐢" } });
  expect(named.body.user.name).toBe("Zoë Ångström 🐢");
  const unnamed = await call("PATCH", "/v1/users/me", { token, body: { name: null } });
  expect(unnamed.body.user.name).toBeNull();
});

it("registration answers with the account, and no token or hash", async () => {
  const email = freshEmail();
  const reply = await call("POST", "/v1/auth/register", {
    body: { email, password: PASSWORD, name: "Ada" },
  });
  expect(reply.status).toBe(201);
  expect(Object.keys(reply.body).sort()).toEqual([
    "created_at",
    "email",
    "email_verified",
    "id",
    "name",
    "roles",
    "status",
    "updated_at",
  ]);
  expect(reply.body).toMatchObject({ email, name: "Ada", roles: ["user"] });
  const again = await call("POST", "/v1/auth/register", { body: { email, password: NEXT } });
  expect([again.status, again.body.code]).toEqual([409, "email_taken"]);
});

it("a password change signs out whoever copied the tokens, and the old password is over", async () => {
  const user = await newUser();
  const other = await signIn(user.email);
  const changed = await call("POST", "/v1/users/me/password", {
    token: user.accessToken,
    body: { current_password: PASSWORD, new_password: NEXT },
  });
  expect(changed.status).toBe(200);
  for (const { accessToken, refreshToken } of [user, other]) {
    expect((await refresh(refreshToken)).status).toBe(401);
    expect((await call("GET", "/v1/users/me", { token: accessToken })).status).toBe(401);
  }
  const token = changed.body.access_token;
  expect((await call("GET", "/v1/users/me", { token })).status).toBe(200);
  expect((await refresh(changed.body.refresh_token)).status).toBe(200);
  const old = { body: { email: user.email, password: PASSWORD } };
  expect((await call("POST", "/v1/auth/login", old)).status).toBe(401);
  await signIn(user.email, NEXT);
});

it("a person deletes their account with their password, and not with a wrong one", async () => {
  const user = await newUser();
  const remove = (body: unknown) =>
    call("DELETE", "/v1/users/me", { token: user.accessToken, body });
  expect((await remove({ password: "not the right password" })).body.code).toBe(
    "invalid_credentials",
  );
  expect((await call("GET", "/v1/users/me", { token: user.accessToken })).status).toBe(200);
  expect((await remove({ password: PASSWORD })).status).toBe(204);
  expect((await call("GET", "/v1/users/me", { token: user.accessToken })).status).toBe(401);
  expect((await refresh(user.refreshToken)).status).toBe(401);
  const row = env.DB.prepare("select 1 from users where id = ?").bind(user.id);
  expect(await row.first()).toBeNull();
});

describe("ACC-05 nobody sets what is not theirs to set", () => {
  const privileged = [
    ["id", '"usr_AAAAAAAAAAAAAAAAAAAAAA"'],
    ["email_verified", "true"],
    ["emailVerified", "true"],
    ["role", '"admin"'],
    ["permissions", '["*"]'],
    ["version", "99"],
    ["password_hash", '"$scrypt-sha256$"'],
    ["created_at", '"2020-01-01T00:00:00Z"'],
    ["isAdmin", "true"],
    ["__proto__", '{"roles":["admin"]}'],
    ["constructor", '{"prototype":{}}'],
    ["toString", "1"],
    ["", "1"],
  ];

  it.each([...privileged, ["roles", '["admin"]'], ["status", '"active"']])(
    "not %j at registration",
    async (key, value) => {
      const email = freshEmail();
      const body = `{"email":"${email}","password":"${PASSWORD}",${JSON.stringify(key)}:${value}}`;
      const reply = await call("POST", "/v1/auth/register", { body });
      expect(reply.status).toBe(400);
      expect(reply.body.errors).toMatchObject([{ path: key }]);
      const row = env.DB.prepare("select 1 from users where email = ?").bind(email);
      expect(await row.first()).toBeNull();
    },
  );

  it.each([
    ["/v1/auth/email/verify", { token: "mt1.x", password: PASSWORD }],
    ["/v1/auth/email/resend", { email: "ada@example.com" }],
    ["/v1/auth/password/forgot", { email: "ada@example.com" }],
    ["/v1/auth/password/reset", { token: "mt1.x", password: PASSWORD }],
    ["/v1/auth/email-code/start", { email: "ada@example.com" }],
    ["/v1/auth/email-code/finish", { flow: "cf1.x", code: "12345678" }],
    ["/v1/users/me/email", { password: PASSWORD, email: "ada@example.com" }],
  ])("not at %s", async (path, right) => {
    const { accessToken: token } = await newUser();
    const fields = JSON.stringify(right).slice(1, -1);
    const more = [...privileged, ["roles", '["admin"]'], ["status", '"active"']];
    for (const [key, value] of more) {
      const body = `{${fields},${JSON.stringify(key)}:${value}}`;
      const reply = await call("POST", path, { token, body });
      expect([key, reply.status]).toEqual([key, 400]);
      expect(reply.body.errors).toMatchObject([{ path: key }]);
    }
  });

  it("not on one's own account, nor through the administration of users", async () => {
    const user = await newUser();
    const admin = await newAdmin();
    const own = [
      ...privileged,
      ["roles", '["admin"]'],
      ["status", '"active"'],
      ["email", '"a@b.cd"'],
    ];
    const others = [...privileged, ["roles", '["admin"]'], ["email", '"a@b.cd"']];
    const before = await call("GET", "/v1/users/me", { token: user.accessToken });
    for (const [path, token, keys] of [
      ["/v1/users/me", user.accessToken, own],
      [`/v1/users/${user.id}`, admin.accessToken, others],
    ] as const) {
      for (const [key, value] of keys) {
        const body = `{"name":"Mallory",${JSON.stringify(key)}:${value}}`;
        const reply = await call("PATCH", path, { token, body });
        expect([path, key, reply.status]).toEqual([path, key, 400]);
        expect(reply.body.errors).toMatchObject([{ path: key }]);
      }
    }
    const after = await call("GET", "/v1/users/me", { token: user.accessToken });
    expect(after.body).toEqual(before.body);
  });
});

it("ACC-07 concurrent registrations of one address in several cases make one account", async () => {
  const email = freshEmail();
  const spellings = [email, email.toUpperCase(), `U${email.slice(1)}`, email.replace("com", "COM")];
  const replies = await Promise.all(
    [...spellings, ...spellings].map((spelling) =>
      call("POST", "/v1/auth/register", { body: { email: spelling, password: PASSWORD } }),
    ),
  );
  const statuses = replies.map((reply) => reply.status).sort();
  expect(statuses).toEqual([201, ...Array.from({ length: 7 }, () => 409)]);
  const rows = env.DB.prepare("select email from users where lower(email) = ?").bind(email);
  expect((await rows.all()).results).toEqual([{ email }]);
});

it("an address with look-alike letters is refused, not folded onto another account", async () => {
  for (const email of ["\u212Aelvin@example.com", "ki\u0307m@example.com", "a@\uff45xample.com"]) {
    const reply = await call("POST", "/v1/auth/register", { body: { email, password: PASSWORD } });
    expect(reply.status).toBe(400);
    expect(reply.body.errors).toMatchObject([{ path: "email" }]);
  }
});
