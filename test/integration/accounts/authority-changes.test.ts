import { beforeAll, expect, it } from "vitest";
import {
  call,
  freshEmail,
  insertUser,
  newAdmin,
  newUser,
  refresh,
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { claimsOf, expectRefused } from "../../support/tokens.ts";

let admin: SignedIn;

beforeAll(async () => {
  admin = await newAdmin();
});

const asAdmin = (method: string, path: string, body?: unknown) =>
  call(
    method,
    path,
    body === undefined ? { token: admin.accessToken } : { token: admin.accessToken, body },
  );

const mayListUsers = async (token: string): Promise<number> =>
  (await call("GET", "/v1/users", { token })).status;

it("AUZ-04 a demoted administrator is none at once, with a token that says otherwise", async () => {
  const { email } = await insertUser(["admin", "user"], freshEmail("second"));
  const second = await signIn(email);
  expect(claimsOf(second.accessToken)).toMatchObject({
    roles: ["admin", "user"],
    permissions: ["*"],
  });
  expect(await mayListUsers(second.accessToken)).toBe(200);

  expect((await asAdmin("DELETE", `/v1/users/${second.id}/roles/admin`)).status).toBe(204);
  for (const [method, path, body] of [
    ["GET", "/v1/users", undefined],
    ["GET", "/v1/keys", undefined],
    ["POST", "/v1/keys/rotate", {}],
    ["PUT", `/v1/users/${second.id}/roles/admin`, undefined],
    ["PATCH", `/v1/users/${admin.id}`, { status: "disabled" }],
    ["DELETE", `/v1/users/${admin.id}`, undefined],
    ["POST", "/v1/roles", { name: "mine", description: "", permissions: ["*"] }],
  ] as const) {
    const options = body === undefined ? {} : { body };
    const reply = await call(method, path, { token: second.accessToken, ...options });
    expect([path, reply.status, reply.body.code]).toEqual([path, 403, "forbidden"]);
  }
  expect(
    (await call("GET", "/v1/users/me", { token: second.accessToken })).body.user.roles,
  ).toEqual(["user"]);
});

it("REF-11 a lowered role is gone from the next token, and the session goes on", async () => {
  const { email } = await insertUser(["admin", "user"], freshEmail("third"));
  const third = await signIn(email);
  await asAdmin("DELETE", `/v1/users/${third.id}/roles/admin`);
  const renewed = await refresh(third.refreshToken);
  expect(claimsOf(renewed.body.access_token)).toMatchObject({
    sub: third.id,
    sid: third.sessionId,
    roles: ["user"],
    permissions: [],
    ver: 2,
    auth_time: claimsOf(third.accessToken)["auth_time"],
  });
});

it("a promoted user needs no new token, and the next one says so", async () => {
  const user = await newUser();
  const role = {
    name: `reader-${user.id
      .slice(4, 10)
      .toLowerCase()
      .replace(/[^a-z0-9]/g, "x")}z`,
  };
  const made = await asAdmin("POST", "/v1/roles", {
    ...role,
    description: "Reads users.",
    permissions: ["users:read"],
  });
  expect(made.status).toBe(201);
  expect(await mayListUsers(user.accessToken)).toBe(403);
  expect((await asAdmin("PUT", `/v1/users/${user.id}/roles/${role.name}`)).status).toBe(204);
  expect(await mayListUsers(user.accessToken)).toBe(200);
  const renewed = await refresh(user.refreshToken);
  expect(claimsOf(renewed.body.access_token)).toMatchObject({
    roles: [role.name, "user"],
    permissions: ["users:read"],
  });

  expect((await asAdmin("DELETE", `/v1/users/${user.id}/roles/${role.name}`)).status).toBe(204);
  expect(await mayListUsers(user.accessToken)).toBe(403);
  expect(await mayListUsers(renewed.body.access_token)).toBe(403);
});

it("REF-11 a disabled or deleted user's tokens are refused at once, in every isolate", async () => {
  for (const [method, body] of [
    ["PATCH", { status: "disabled" }],
    ["DELETE", undefined],
  ] as const) {
    const user = await newUser();
    const reply = await asAdmin(method, `/v1/users/${user.id}`, body);
    expect([200, 204]).toContain(reply.status);
    await expectRefused({ [method]: user.accessToken });
    const renewed = await refresh(user.refreshToken);
    expect([renewed.status, renewed.body.code]).toEqual([401, "invalid_refresh_token"]);
  }
});

it("every change moves the version on by one, and a change that changes nothing does not", async () => {
  const user = await newUser();
  const version = async () => claimsOf((await signIn(user.email)).accessToken)["ver"];
  expect(await version()).toBe(1);
  await asAdmin("PUT", `/v1/users/${user.id}/roles/admin`);
  expect(await version()).toBe(2);
  expect((await asAdmin("PUT", `/v1/users/${user.id}/roles/admin`)).status).toBe(204);
  expect(await version()).toBe(2);
  await asAdmin("PATCH", `/v1/users/${user.id}`, { name: "A name is no authority" });
  expect(await version()).toBe(2);
  await asAdmin("DELETE", `/v1/users/${user.id}/roles/admin`);
  expect(await version()).toBe(3);
});
