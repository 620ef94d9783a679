import { beforeAll, expect, it } from "vitest";
import { call, freshEmail, newAdmin, newUser, type SignedIn } from "../../support/client.ts";
import { accessTo, harmless, routes } from "../../support/matrix.ts";
import {
  clientToken,
  newServiceAccount,
  type ServiceAccount,
} from "../../support/service-accounts.ts";
import { claimsOf, expectRefused, signedByService } from "../../support/tokens.ts";

/* What a service account may do with its token, here. */

let admin: SignedIn;
let strong: ServiceAccount;
let token: string;

beforeAll(async () => {
  admin = await newAdmin();
  strong = await newServiceAccount(admin.accessToken, ["admin"]);
  token = await clientToken(strong);
});

it.each(
  routes
    .filter((route) => accessTo(route) === "self")
    .map((route) => [`${route.method} ${route.path}`, route] as const),
)("%s is a person's own, so that a program is forbidden", async (_, route) => {
  const [method, path, options] = harmless(route);
  const reply = await call(method, path, { ...options, token });
  expect([reply.status, reply.body.code]).toEqual([403, "forbidden"]);
});

it("administers as far as its roles go, and is named nowhere as a person", async () => {
  const made = await call("POST", "/v1/users", { token, body: { email: freshEmail() } });
  expect(made.status).toBe(201);
  const { id } = made.body.user;
  expect((await call("PUT", `/v1/users/${id}/roles/admin`, { token })).status).toBe(204);
  const sessions = await call("GET", `/v1/users/${admin.id}/sessions`, { token });
  expect(sessions.body.sessions.map(({ current }: { current: boolean }) => current)).toEqual([
    false,
  ]);
  const weak = await clientToken(await newServiceAccount(token));
  expect((await call("GET", "/v1/users", { token: weak })).status).toBe(403);
  expect((await call("GET", "/v1/service-accounts", { token: weak })).status).toBe(403);
});

it("signing out is for people: a program has no session to end", async () => {
  const bystander = await newUser();
  const reply = await call("POST", "/v1/auth/logout?scope=global", { token });
  expect([reply.status, reply.body.code]).toEqual([401, "invalid_token"]);
  expect((await call("GET", "/v1/users", { token })).status).toBe(200);
  expect((await call("GET", "/v1/users/me", { token: bystander.accessToken })).status).toBe(200);
});

it("a service account is no administrator who could stay behind alone", async () => {
  const last = await call("DELETE", `/v1/users/${strong.id}`, { token });
  expect(last.status).toBe(404);
  const users = await call("GET", "/v1/users", { token });
  expect(JSON.stringify(users.body)).not.toContain(strong.id);
});

it("TOK-15 a program's token that names a person is never that person's", async () => {
  const { sub, sid } = claimsOf(admin.accessToken);
  const claims = claimsOf(token);
  await expectRefused({
    "a person's sub": await signedByService({ ...claims, sub }),
    "as the client too": await signedByService({ ...claims, sub, client_id: sub }),
    "in the person's session": await signedByService({ ...claims, sub, sid }),
    "the session alone": await signedByService({ ...claims, sid }),
  });
});
