import { beforeAll, describe, expect, it } from "vitest";
import {
  call,
  freshEmail,
  insertUser,
  newAdmin,
  PASSWORD,
  type SignedIn,
  signIn,
} from "../../support/client.ts";

const HELD = ["users:read", "users:write", "roles:read", "roles:write", "roles:assign"];
let admin: SignedIn;
/** Administers users and roles, but no keys. */
let keeper: SignedIn;
let plain: { id: string; email: string };

const asAdmin = (method: string, path: string, body?: unknown) =>
  call(method, path, { token: admin.accessToken, ...(body === undefined ? {} : { body }) });
const asKeeper = (method: string, path: string, body?: unknown) =>
  call(method, path, { token: keeper.accessToken, ...(body === undefined ? {} : { body }) });

beforeAll(async () => {
  admin = await newAdmin();
  for (const [name, permissions] of Object.entries({
    keeper: HELD,
    "key-holder": ["keys:rotate"],
    clerk: ["users:write"],
    harmless: ["users:read"],
  })) {
    expect((await asAdmin("POST", "/v1/roles", { name, permissions })).status).toBe(201);
  }
  keeper = await signIn((await insertUser(["user", "keeper"])).email);
  plain = await insertUser(["user"]);
});

const rolesOf = async (id: string): Promise<string[]> =>
  (await asAdmin("GET", `/v1/users/${id}`)).body.user.roles;

describe("AUZ-03 nobody grants what they don't have", () => {
  it.each(["admin", "key-holder"])("the role %s, to oneself or to another", async (role) => {
    for (const id of [keeper.id, plain.id]) {
      const before = await rolesOf(id);
      const reply = await asKeeper("PUT", `/v1/users/${id}/roles/${role}`);
      expect(reply.status).toBe(403);
      expect(await rolesOf(id)).toEqual(before);
    }
  });

  it("a new account with such a role", async () => {
    for (const roles of [["admin"], ["harmless", "key-holder"]]) {
      const email = freshEmail();
      expect((await asKeeper("POST", "/v1/users", { email, roles })).status).toBe(403);
      const found = await asAdmin("GET", `/v1/users?email=${encodeURIComponent(email)}`);
      expect(found.body.users).toEqual([]);
    }
  });

  it.each([["*"], ["keys:*"], ["keys:rotate"], ["users:*"], ["made:up"]])(
    "a role that carries %s",
    async (beyond) => {
      const created = await asKeeper("POST", "/v1/roles", {
        name: "beyond",
        permissions: ["users:read", beyond],
      });
      expect(created.status).toBe(403);
      const path = "/v1/roles/keeper";
      const widened = await asKeeper("PATCH", path, { permissions: [...HELD, beyond] });
      expect(widened.status).toBe(403);
      expect((await asAdmin("GET", path)).body.permissions).toEqual([...HELD].sort());
    },
  );

  it("nor takes a role away, edits or removes one that carries more", async () => {
    const holder = await insertUser(["user", "key-holder"]);
    const taken = await asKeeper("DELETE", `/v1/users/${holder.id}/roles/key-holder`);
    expect(taken.status).toBe(403);
    expect(await rolesOf(holder.id)).toContain("key-holder");
    const edited = await asKeeper("PATCH", "/v1/roles/key-holder", { description: "mine" });
    expect(edited.status).toBe(403);
    expect((await asKeeper("DELETE", "/v1/roles/key-holder")).status).toBe(403);
  });

  it("but what they have they may", async () => {
    expect((await asKeeper("PUT", `/v1/users/${plain.id}/roles/harmless`)).status).toBe(204);
    expect(await rolesOf(plain.id)).toEqual(["harmless", "user"]);
    expect((await asKeeper("DELETE", `/v1/users/${plain.id}/roles/harmless`)).status).toBe(204);
    expect(await rolesOf(plain.id)).toEqual(["user"]);
  });
});

it("AUZ-03 whoever may not do everything chooses nobody's password", async () => {
  const email = freshEmail();
  const refused = await asKeeper("POST", "/v1/users", { email, password: PASSWORD });
  expect([refused.status, refused.body.code]).toEqual([403, "forbidden"]);
  const invited = await asKeeper("POST", "/v1/users", { email });
  expect([invited.status, invited.body.user.email]).toEqual([201, email]);
});

it("AUZ-03 making accounts is not giving roles", async () => {
  const clerk = await signIn((await insertUser(["user", "clerk"])).email);
  const create = (roles?: string[]) =>
    call("POST", "/v1/users", {
      token: clerk.accessToken,
      body: { email: freshEmail(), ...(roles === undefined ? {} : { roles }) },
    });
  expect((await create(["clerk"])).status).toBe(403);
  expect((await create()).status).toBe(201);
});

it("AUZ-03 nobody disables or deletes someone with more rights", async () => {
  const stronger = await insertUser(["user", "key-holder"]);
  for (const { id, email } of [stronger, admin]) {
    const path = `/v1/users/${id}`;
    expect((await asKeeper("PATCH", path, { status: "disabled" })).status).toBe(403);
    expect((await asKeeper("PATCH", path, { status: "active" })).status).toBe(403);
    expect((await asKeeper("DELETE", path)).status).toBe(403);
    expect((await asAdmin("GET", path)).body.user).toMatchObject({ email, status: "active" });
  }
  const session = await call("POST", "/v1/auth/login", {
    body: { email: stronger.email, password: PASSWORD },
  });
  expect(session.status).toBe(200);
});
