import { beforeAll, expect, it } from "vitest";
import {
  call,
  insertUser,
  newAdmin,
  newUser,
  type Reply,
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { newEnrolled } from "../../support/second-factors.ts";
import { clientToken, newServiceAccount } from "../../support/service-accounts.ts";

let admin: SignedIn;
beforeAll(async () => {
  admin = await newAdmin();
  const role = { name: "editor", description: "", permissions: ["pages:read", "pages:write"] };
  const made = await call("POST", "/v1/roles", { token: admin.accessToken, body: role });
  expect(made.status).toBe(201);
});

const check = (token: string, query = "") => call("GET", `/v1/auth/check${query}`, { token });

const told = ({ status, headers, body }: Reply) => [
  status,
  body,
  ...["subject", "session", "roles", "permissions"].map((name) => headers.get(`x-auth-${name}`)),
];

it("tells a proxy who a person is and what they may do, in headers alone", async () => {
  const editor = await signIn((await insertUser(["user", "editor"])).email);
  const expected = [204, "", editor.id, editor.sessionId, "editor,user", "pages:read,pages:write"];
  expect(told(await check(editor.accessToken))).toEqual(expected);
  expect(told(await check(editor.accessToken, "?permission=pages:write"))).toEqual(expected);
});

it("tells the same of a service account, which has no session", async () => {
  const program = await newServiceAccount(admin.accessToken, ["editor"]);
  const reply = await check(await clientToken(program), "?permission=pages:read");
  expect(told(reply)).toEqual([204, "", program.id, null, "editor", "pages:read,pages:write"]);
});

it("knows wildcards, and refuses with 403 what is not granted, telling nothing", async () => {
  expect((await check(admin.accessToken, "?permission=pages:write")).status).toBe(204);
  const { accessToken } = await newUser();
  const reply = await check(accessToken, "?permission=pages:write");
  expect([reply.status, reply.body.code]).toEqual([403, "forbidden"]);
  expect(told(reply).slice(2)).toEqual([null, null, null, null]);
});

it("judges as of now: an ended session is 401, another role counts at once", async () => {
  const user = await newUser();
  const path = `/v1/users/${user.id}/roles/editor`;
  await call("PUT", path, { token: admin.accessToken });
  expect((await check(user.accessToken, "?permission=pages:write")).status).toBe(204);
  await call("DELETE", path, { token: admin.accessToken });
  expect((await check(user.accessToken, "?permission=pages:write")).status).toBe(403);
  await call("POST", "/v1/auth/logout", { token: user.accessToken });
  const ended = await check(user.accessToken);
  expect([ended.status, ended.body.code]).toEqual([401, "invalid_token"]);
});

it("asks for two factors, and for a proof of a moment ago, as RFC 9470 has it", async () => {
  const user = await newUser();
  const reply = await check(user.accessToken, "?acr=aal2&max_age=60");
  expect([reply.status, reply.body.code]).toEqual([401, "insufficient_user_authentication"]);
  expect(reply.headers.get("www-authenticate")).toBe(
    'Bearer error="insufficient_user_authentication", acr_values="aal2", max_age="60"',
  );
  expect((await check(user.accessToken, "?acr=aal1&max_age=3600")).status).toBe(204);
  const { accessToken } = await newEnrolled(user);
  expect((await check(accessToken, "?acr=aal2&max_age=3600")).status).toBe(204);
  const program = await clientToken(await newServiceAccount(admin.accessToken, ["editor"]));
  expect((await check(program, "?max_age=3600")).status).toBe(401);
});

it("a refresh token, or none, is 401", async () => {
  const { refreshToken } = await newUser();
  for (const reply of [await check(refreshToken), await call("GET", "/v1/auth/check")]) {
    expect([reply.status, reply.body.code]).toEqual([401, "invalid_token"]);
    expect(reply.headers.get("www-authenticate")).toMatch(/^Bearer/);
  }
});

it.each([
  "?permission=",
  "?permission=Pages",
  "?permission=pages:read&permission=pages:write",
  "?permissions=pages:write",
  "?permision=pages:write",
  "?acr=aal3",
  "?max_age=-1",
])("%s is a mistake of the proxy's configuration, and lets nobody through", async (query) => {
  const reply = await check(admin.accessToken, query);
  expect([reply.status, reply.body.code]).toEqual([400, "invalid_request"]);
});
