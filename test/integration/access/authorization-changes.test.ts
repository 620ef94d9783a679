import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { beforeAll, expect, it } from "vitest";
import {
  call,
  insertUser,
  newAdmin,
  newUser,
  refresh,
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";

let admin: SignedIn;
beforeAll(async () => {
  admin = await newAdmin();
});

const asAdmin = (method: string, path: string, body?: unknown) =>
  call(method, path, { token: admin.accessToken, ...(body === undefined ? {} : { body }) });

const listing = (token: string) => call("GET", "/v1/users", { token });

it("AUZ-04 a demoted administrator is none at once, whatever the token says", async () => {
  const demoted = await newAdmin();
  expect((await listing(demoted.accessToken)).status).toBe(200);
  expect((await asAdmin("DELETE", `/v1/users/${demoted.id}/roles/admin`)).status).toBe(204);
  expect(decodeJwt(demoted.accessToken)["permissions"]).toEqual(["*"]);
  const refused = await listing(demoted.accessToken);
  expect(refused.status).toBe(403);
  expect(refused.body.code).toBe("forbidden");
  // The session goes on, and its next token says what is so.
  const renewed = await refresh(demoted.refreshToken);
  expect(decodeJwt(renewed.body.access_token)).toMatchObject({ roles: ["user"], permissions: [] });
});

it("AUZ-04 a promoted user needs no new token", async () => {
  const promoted = await newUser();
  expect((await listing(promoted.accessToken)).status).toBe(403);
  expect((await asAdmin("PUT", `/v1/users/${promoted.id}/roles/admin`)).status).toBe(204);
  expect((await listing(promoted.accessToken)).status).toBe(200);
});

it("AUZ-04 a disabled administrator is nobody at once, and stays so when enabled again", async () => {
  const other = await newAdmin();
  const path = `/v1/users/${other.id}`;
  expect((await asAdmin("PATCH", path, { status: "disabled" })).body.user.status).toBe("disabled");
  expect((await listing(other.accessToken)).status).toBe(401);
  expect((await refresh(other.refreshToken)).status).toBe(401);
  expect((await asAdmin("PATCH", path, { status: "active" })).status).toBe(200);
  expect((await listing(other.accessToken)).status).toBe(401);
  expect((await listing((await signIn(other.email)).accessToken)).status).toBe(200);
});

it("AUZ-04 a role taken from the row by hand is gone at the next sign-in", async () => {
  const { id, email } = await insertUser(["admin", "user"]);
  const before = await signIn(email);
  const query = "delete from user_roles where user_id = ? and role = 'admin'";
  await env.DB.prepare(query).bind(id).run();
  const after = await signIn(email);
  expect((await listing(after.accessToken)).status).toBe(403);
  expect((await listing(before.accessToken)).status).toBe(403);
});

it("AUZ-04 a right that another isolate took a second ago can no longer be handed on", async () => {
  await asAdmin("POST", "/v1/roles", {
    name: "deputy",
    permissions: ["roles:assign", "users:read"],
  });
  await asAdmin("POST", "/v1/roles", { name: "reader", permissions: ["users:read"] });
  const deputy = await signIn((await insertUser(["user", "deputy"])).email);
  const other = await insertUser(["user"]);
  const [token, path] = [deputy.accessToken, `/v1/users/${other.id}/roles/reader`];
  const elsewhere = serviceWith({});
  expect((await elsewhere("GET", "/v1/users", { token })).status).toBe(200);

  await asAdmin("PATCH", "/v1/roles/deputy", { permissions: ["roles:assign"] });
  // What only reads goes by the copy there, for a minute.
  expect((await elsewhere("GET", "/v1/users", { token })).status).toBe(200);
  expect((await elsewhere("PUT", path, { token })).status).toBe(403);
  await asAdmin("PATCH", "/v1/roles/deputy", { permissions: [] });
  expect((await elsewhere("DELETE", path, { token })).status).toBe(403);
  expect((await asAdmin("GET", `/v1/users/${other.id}`)).body.user.roles).toEqual(["user"]);
});

it("AUZ-04 a right that another isolate gave a second ago can be used for a change", async () => {
  await asAdmin("POST", "/v1/roles", { name: "novice", permissions: [] });
  const { accessToken: token } = await signIn((await insertUser(["user", "novice"])).email);
  const elsewhere = serviceWith({});
  const make = { token, body: { name: "made-elsewhere", permissions: [] } };
  expect((await elsewhere("POST", "/v1/roles", make)).status).toBe(403);
  await asAdmin("PATCH", "/v1/roles/novice", { permissions: ["roles:write"] });
  expect((await elsewhere("POST", "/v1/roles", make)).status).toBe(201);
});
