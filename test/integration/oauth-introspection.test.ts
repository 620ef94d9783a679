import { env } from "cloudflare:workers";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { call, newAdmin, newUser, ORIGIN, refresh, type SignedIn } from "../support/client.ts";
import { serviceWith } from "../support/faults.ts";
import { moveClock, SECOND } from "../support/moving-clock.ts";
import {
  clientToken,
  expectOAuthError,
  form,
  newServiceAccount,
  post,
  type ServiceAccount,
} from "../support/service-accounts.ts";
import { unreachable } from "../support/throttle.ts";
import { claimsOf } from "../support/tokens.ts";

const PATH = "/oauth2/introspect";
const INACTIVE = { active: false };

let admin: SignedIn;
let client: ServiceAccount;
beforeAll(async () => {
  admin = await newAdmin();
  client = await newServiceAccount(admin.accessToken);
});
afterEach(() => vi.useRealTimers());

async function introspect(token: string): Promise<Record<string, unknown>> {
  const reply = await post(PATH, client, { token });
  expect(reply.status).toBe(200);
  expect(reply.headers.get("cache-control")).toBe("no-store");
  return reply.body;
}

it("REV-07 tells nothing to whoever does not authenticate", async () => {
  const { accessToken: token } = await newUser();
  const strangers = [
    await call("POST", PATH, form({ token })),
    await call("POST", PATH, form({ token, client_id: client.id })),
    await call("POST", PATH, form({ token }, { authorization: `Bearer ${admin.accessToken}` })),
    await post(PATH, { ...client, secret: "wrong" }, { token }),
  ];
  for (const reply of strangers) expectOAuthError(reply, 401, "invalid_client");
  expectOAuthError(await post(PATH, client, {}), 400, "invalid_request");
  const twice = [
    ["token", token],
    ["token", token],
  ] as const;
  expectOAuthError(await post(PATH, client, twice), 400, "invalid_request");
});

it("tells the claims of a person's live token, whatever the hint says", async () => {
  const user = await newUser();
  const expected = {
    ...claimsOf(user.accessToken),
    active: true,
    token_type: "Bearer",
    scope: "",
  };
  expect(await introspect(user.accessToken)).toEqual(expected);
  const hinted = { token: user.accessToken, token_type_hint: "refresh_token" };
  expect((await post(PATH, client, hinted)).body).toEqual(expected);
});

it("tells the claims of a program's token, its permissions as the scope", async () => {
  const token = await clientToken(await newServiceAccount(admin.accessToken, ["admin"]));
  expect(await introspect(token)).toEqual({
    ...claimsOf(token),
    active: true,
    token_type: "Bearer",
    scope: "*",
  });
});

it("tells of a live refresh token whose it is and when it ends", async () => {
  const user = await newUser();
  const { exp, ...rest } = await introspect(user.refreshToken);
  expect(rest).toEqual({ active: true, iss: ORIGIN, sub: user.id, client_id: "first-party" });
  const ttl = Number(exp) - Date.now() / 1_000;
  expect(Math.abs(ttl - 30 * 24 * 3_600)).toBeLessThan(60);
  expect((await refresh(user.refreshToken)).status).toBe(200);
});

it("AUZ-04 tells the roles as they are, not as the token has them", async () => {
  const user = await newUser();
  const path = `/v1/users/${user.id}/roles/admin`;
  await call("PUT", path, { token: admin.accessToken });
  const promoted = { roles: ["admin", "user"], permissions: ["*"], scope: "*", ver: 2 };
  expect(await introspect(user.accessToken)).toMatchObject(promoted);
  await call("DELETE", path, { token: admin.accessToken });
  const demoted = { roles: ["user"], permissions: [], scope: "", ver: 3 };
  expect(await introspect(user.accessToken)).toMatchObject(demoted);
});

it("REV-07 of a dead token it says that it is dead, and nothing else", async () => {
  const ended = await newUser();
  await call("POST", "/v1/auth/logout", { token: ended.accessToken });
  const disabled = await newUser();
  await call("PATCH", `/v1/users/${disabled.id}`, {
    token: admin.accessToken,
    body: { status: "disabled" },
  });
  const gone = await newServiceAccount(admin.accessToken);
  const goneToken = await clientToken(gone);
  await call("DELETE", `/v1/service-accounts/${gone.id}`, { token: admin.accessToken });
  const dead = [
    ended.accessToken,
    ended.refreshToken,
    disabled.accessToken,
    disabled.refreshToken,
    goneToken,
    `${ended.accessToken}x`,
    `${ended.refreshToken}x`,
    "garbage",
    client.secret,
    ended.id,
  ];
  for (const token of dead) expect(await introspect(token)).toEqual(INACTIVE);
});

it("REV-07 an expired access token and a spent refresh token are dead", async () => {
  const user = await newUser();
  const { body } = await refresh(user.refreshToken);
  expect(await introspect(body.refresh_token)).toMatchObject({ active: true });
  moveClock(31 * SECOND);
  expect(await introspect(user.refreshToken)).toEqual(INACTIVE);
  // Looking at a spent token is no use of it: the session goes on.
  expect(await introspect(body.refresh_token)).toMatchObject({ active: true });
  moveClock(600 * SECOND);
  expect(await introspect(user.accessToken)).toEqual(INACTIVE);
});

it("an outage is no verdict", async () => {
  const user = await newUser();
  const service = serviceWith({ USERS: unreachable(env.USERS, "check") });
  for (const token of [user.accessToken, user.refreshToken]) {
    const reply = await post(PATH, client, { token }, service);
    expectOAuthError(reply, 503, "temporarily_unavailable");
    expect(reply.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
  }
});
