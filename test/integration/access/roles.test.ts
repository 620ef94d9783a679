import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { call, insertUser, newAdmin, type SignedIn, signIn } from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";
import { moveClock } from "../../support/moving-clock.ts";

let admin: SignedIn;
beforeAll(async () => {
  admin = await newAdmin();
});
afterEach(() => {
  vi.useRealTimers();
});

const asAdmin = (method: string, path: string, body?: unknown) =>
  call(method, path, { token: admin.accessToken, ...(body === undefined ? {} : { body }) });

it("a role is made, read, changed and removed", async () => {
  const made = await asAdmin("POST", "/v1/roles", {
    name: "reporter",
    description: "Reads reports.",
    permissions: ["reports:read", "audit:read", "reports:read"],
  });
  const role = {
    name: "reporter",
    description: "Reads reports.",
    permissions: ["audit:read", "reports:read"],
    require_aal2: false,
  };
  expect(made.status).toBe(201);
  expect(made.body).toEqual(role);
  expect((await asAdmin("GET", "/v1/roles/reporter")).body).toEqual(role);
  expect((await asAdmin("GET", "/v1/roles")).body.roles).toContainEqual(role);

  const described = await asAdmin("PATCH", "/v1/roles/reporter", { description: "Reads." });
  expect(described.body).toEqual({ ...role, description: "Reads." });
  const emptied = await asAdmin("PATCH", "/v1/roles/reporter", { permissions: [] });
  expect(emptied.body).toEqual({ ...role, description: "Reads.", permissions: [] });

  expect((await asAdmin("DELETE", "/v1/roles/reporter")).status).toBe(204);
  for (const [method, body] of [["GET"], ["PATCH", { permissions: [] }], ["DELETE"]] as const) {
    const gone = await asAdmin(method, "/v1/roles/reporter", body);
    expect([gone.status, gone.body.code]).toEqual([404, "not_found"]);
  }
});

describe.each([
  ["admin", ["*"]],
  ["user", []],
])("the built-in role %s", (name, permissions) => {
  it("is listed, and cannot be changed, removed or made anew", async () => {
    const path = `/v1/roles/${name}`;
    const changed = await asAdmin("PATCH", path, { permissions: ["users:read"] });
    const removed = await asAdmin("DELETE", path);
    const made = await asAdmin("POST", "/v1/roles", { name, permissions: [] });
    expect([changed.status, changed.body.code]).toEqual([409, "conflict"]);
    expect([removed.status, removed.body.code]).toEqual([409, "conflict"]);
    expect([made.status, made.body.code]).toEqual([409, "role_exists"]);
    expect((await asAdmin("GET", path)).body).toMatchObject({ name, permissions });
  });
});

it("a name is given once, and the role that had it first keeps its permissions", async () => {
  const make = (permission: string) =>
    asAdmin("POST", "/v1/roles", { name: "wanted", permissions: [permission] });
  const replies = await Promise.all([make("one:read"), make("two:read"), make("three:read")]);
  const made = replies.filter((reply) => reply.status === 201);
  expect(made).toHaveLength(1);
  const late = await make("four:read");
  expect([late.status, late.body.code]).toEqual([409, "role_exists"]);
  expect((await asAdmin("GET", "/v1/roles/wanted")).body).toEqual(made[0]?.body);
});

it("a role that somebody holds is not removed", async () => {
  await asAdmin("POST", "/v1/roles", { name: "held", permissions: ["reports:read"] });
  const { id } = await insertUser(["user", "held"]);
  const refused = await asAdmin("DELETE", "/v1/roles/held");
  expect([refused.status, refused.body.code]).toEqual([409, "role_in_use"]);
  expect((await asAdmin("GET", "/v1/roles/held")).body.permissions).toEqual(["reports:read"]);
  await asAdmin("DELETE", `/v1/users/${id}/roles/held`);
  expect((await asAdmin("DELETE", "/v1/roles/held")).status).toBe(204);
});

it("a role that does not exist can be given to nobody", async () => {
  const { id } = await insertUser(["user"]);
  const missing = await asAdmin("PUT", `/v1/users/${id}/roles/no-such-role`);
  expect([missing.status, missing.body.code]).toEqual([404, "not_found"]);
  const created = await asAdmin("POST", "/v1/users", {
    email: "nobody@example.com",
    roles: ["no-such-role"],
  });
  expect(created.status).toBe(400);
  expect(created.body.errors).toMatchObject([{ path: "roles" }]);
});

it.each([
  ["Permissions", { name: "odd", permissions: ["users"] }, "permissions.0"],
  ["wildcards in the middle", { name: "odd", permissions: ["*:read"] }, "permissions.0"],
  ["capitals", { name: "Odd", permissions: [] }, "name"],
  ["paths", { name: "a/../b", permissions: [] }, "name"],
  ["unknown keys", { name: "odd", permissions: [], built_in: true }, "built_in"],
])("%s that make no sense are refused by name", async (_, body, path) => {
  const reply = await asAdmin("POST", "/v1/roles", body);
  expect(reply.status).toBe(400);
  expect(reply.body.errors).toMatchObject([{ path }]);
});

it("an edited role counts at once here, and everywhere within a minute", async () => {
  await asAdmin("POST", "/v1/roles", { name: "reader", permissions: [] });
  const { accessToken: token } = await signIn((await insertUser(["user", "reader"])).email);
  const elsewhere = serviceWith({});
  moveClock(0);
  expect((await call("GET", "/v1/users", { token })).status).toBe(403);
  expect((await elsewhere("GET", "/v1/users", { token })).status).toBe(403);

  await asAdmin("PATCH", "/v1/roles/reader", { permissions: ["users:*"] });
  expect((await call("GET", "/v1/users", { token })).status).toBe(200);
  moveClock(60_000);
  expect((await elsewhere("GET", "/v1/users", { token })).status).toBe(200);

  await asAdmin("PATCH", "/v1/roles/reader", { permissions: [] });
  expect((await call("GET", "/v1/users", { token })).status).toBe(403);
  moveClock(60_000);
  expect((await elsewhere("GET", "/v1/users", { token })).status).toBe(403);
});
