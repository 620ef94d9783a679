import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import {
  call,
  freshEmail,
  insertUser,
  newAdmin,
  newUser,
  PASSWORD,
  refresh,
  type SignedIn,
  signIn,
} from "../../support/client.ts";

let admin: SignedIn;
beforeAll(async () => {
  admin = await newAdmin();
});

const asAdmin = (method: string, path: string, body?: unknown) =>
  call(method, path, { token: admin.accessToken, ...(body === undefined ? {} : { body }) });

it("an account made with a password signs in, with the roles it was given", async () => {
  const email = freshEmail("Made").toUpperCase();
  const body = { email, password: PASSWORD, name: "Ada", roles: ["admin"] };
  const made = await asAdmin("POST", "/v1/users", body);
  expect(made.status).toBe(201);
  const { user } = made.body;
  expect(user).toEqual({
    id: expect.stringMatching(/^usr_[A-Za-z0-9_-]{22}$/),
    email: email.toLowerCase(),
    email_verified: false,
    name: "Ada",
    status: "active",
    roles: ["admin", "user"],
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    updated_at: user.created_at,
  });
  expect((await asAdmin("GET", `/v1/users/${user.id}`)).body.user).toEqual(user);
  const { accessToken } = await signIn(email);
  expect((await call("GET", "/v1/users", { token: accessToken })).status).toBe(200);
});

it("an account made without a password cannot sign in yet", async () => {
  const email = freshEmail();
  const made = await asAdmin("POST", "/v1/users", { email });
  expect(made.status).toBe(201);
  expect(made.body.user).toMatchObject({ name: null, roles: ["user"] });
  for (const password of [PASSWORD, "null", " "]) {
    const reply = await call("POST", "/v1/auth/login", { body: { email, password } });
    expect(reply.status).toBe(401);
  }
});

it("an address that is taken, and a password that is weak, make no account", async () => {
  const { email } = await insertUser(["user"]);
  const taken = await asAdmin("POST", "/v1/users", { email: email.toUpperCase() });
  expect([taken.status, taken.body.code]).toEqual([409, "email_taken"]);
  const fresh = freshEmail();
  const weak = await asAdmin("POST", "/v1/users", { email: fresh, password: "too short" });
  expect([weak.status, weak.body.code]).toEqual([422, "weak_password"]);
  const row = env.DB.prepare("select 1 from users where email = ?").bind(fresh);
  expect(await row.first()).toBeNull();
});

it("an account is renamed, disabled and enabled again", async () => {
  const user = await newUser();
  const path = `/v1/users/${user.id}`;
  expect((await asAdmin("PATCH", path, { name: "Grace" })).body.user.name).toBe("Grace");
  const disabled = await asAdmin("PATCH", path, { name: null, status: "disabled" });
  expect(disabled.body.user).toMatchObject({ name: null, status: "disabled" });
  expect((await refresh(user.refreshToken)).status).toBe(401);
  expect((await call("GET", "/v1/users/me", { token: user.accessToken })).status).toBe(401);
  const signingIn = { body: { email: user.email, password: PASSWORD } };
  expect((await call("POST", "/v1/auth/login", signingIn)).body.code).toBe("account_disabled");
  expect((await asAdmin("PATCH", path, { status: "active" })).body.user.status).toBe("active");
  await signIn(user.email);
});

it("a deleted account is gone: its row, its sessions, its address free again", async () => {
  const user = await newUser();
  const path = `/v1/users/${user.id}`;
  expect((await asAdmin("DELETE", path)).status).toBe(204);
  expect((await refresh(user.refreshToken)).status).toBe(401);
  expect((await call("GET", "/v1/users/me", { token: user.accessToken })).status).toBe(401);
  const left = [
    ["GET", path],
    ["PATCH", path, { status: "active" }],
    ["PATCH", path, { name: "Nobody" }],
    ["DELETE", path],
    ["PUT", `${path}/roles/admin`],
    ["DELETE", `${path}/roles/user`],
    ["GET", `${path}/sessions`],
    ["DELETE", `${path}/sessions`],
  ] as const;
  for (const [method, at, body] of left) {
    const reply = await asAdmin(method, at, body);
    expect([method, at, reply.status, reply.body.code]).toEqual([method, at, 404, "not_found"]);
  }
  const signingIn = { body: { email: user.email, password: PASSWORD } };
  expect((await call("POST", "/v1/auth/login", signingIn)).body.code).toBe("invalid_credentials");
  const again = await newUser(user.email);
  expect(again.id).not.toBe(user.id);
});

it("an administrator sees a user's sessions, and ends them all", async () => {
  const user = await newUser();
  await signIn(user.email);
  const path = `/v1/users/${user.id}/sessions`;
  const { sessions } = (await asAdmin("GET", path)).body;
  expect(sessions).toHaveLength(2);
  expect(sessions.every((session: { current: boolean }) => !session.current)).toBe(true);
  expect((await asAdmin("DELETE", path)).status).toBe(204);
  expect((await asAdmin("GET", path)).body.sessions).toEqual([]);
  expect((await refresh(user.refreshToken)).status).toBe(401);
});

it.each(["usr_short", "ses_AAAAAAAAAAAAAAAAAAAAAA", "..%2Fme", "%00", "constructor"])(
  "the id %s is nobody's",
  async (id) => {
    for (const method of ["GET", "DELETE"]) {
      expect((await asAdmin(method, `/v1/users/${id}`)).status).toBe(404);
    }
    expect((await asAdmin("PATCH", `/v1/users/${id}`, { name: "x" })).status).toBe(404);
  },
);
