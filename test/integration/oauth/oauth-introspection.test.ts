import { env } from "cloudflare:workers";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
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
import { failing } from "../../support/failing.ts";
import { serviceWith } from "../../support/faults.ts";
import { byHand, runFeed } from "../../support/feed.ts";
import { moveClock, SECOND } from "../../support/moving-clock.ts";
import {
  clientToken,
  expectOAuthError,
  form,
  newServiceAccount,
  post,
  type ServiceAccount,
} from "../../support/service-accounts.ts";
import { unreachable } from "../../support/throttle.ts";
import { claimsOf } from "../../support/tokens.ts";
import { unguarded } from "../../support/unguarded.ts";

/** For what is done after a reply. */
const WAIT = { timeout: 20_000, interval: 50 };

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
    username: user.id,
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
    username: claimsOf(token)["sub"],
  });
});

it("a refresh token is no access token: to whoever may ask it is not active, alive or not", async () => {
  const user = await newUser();
  const { refreshToken: token } = user;
  const powerful = await newServiceAccount(admin.accessToken, ["admin"]);
  for (const asking of [client, powerful]) {
    for (const hint of ["refresh_token", "access_token", "made_up"]) {
      const reply = await post(PATH, asking, { token, token_type_hint: hint });
      expect([reply.status, reply.body]).toEqual([200, INACTIVE]);
    }
  }
  // The client that it was issued to has no secret, so it cannot ask.
  const own = await call("POST", PATH, form({ token, client_id: "first-party" }));
  expectOAuthError(own, 401, "invalid_client");
  expect((await refresh(token)).status).toBe(200);
});

it("AUZ-04 tells the roles as they are, not as the token has them", async () => {
  const user = await newUser();
  const path = `/v1/users/${user.id}/roles/admin`;
  await call("PUT", path, { token: admin.accessToken });
  const promoted = { roles: ["admin", "user"], permissions: ["*"], scope: "*", ver: 2 };
  expect(await introspect(user.accessToken)).toMatchObject(promoted);
  await call("DELETE", path, { token: admin.accessToken });
  const demoted = { roles: ["user"], permissions: [], ver: 3 };
  expect(await introspect(user.accessToken)).toMatchObject(demoted);
  expect(await introspect(user.accessToken)).not.toHaveProperty("scope");
});

it("calls a person by their address once that is verified, and not before", async () => {
  const owner = await signIn((await insertUser(["user"])).email);
  expect(await introspect(owner.accessToken)).toMatchObject({ username: owner.email });
  const stranger = await newUser(freshEmail("somebody.elses"));
  expect(await introspect(stranger.accessToken)).toMatchObject({ username: stranger.id });
});

it("no record of a person need be read to say what they are called", async () => {
  const owner = await signIn((await insertUser(["user"])).email);
  const stranger = await newUser();
  // Without D1 the keys come from the edge, where they are once somebody published them.
  await vi.waitFor(async () => expect(await env.JWKS_CACHE.get("jwks")).not.toBeNull(), WAIT);
  const withoutRecord = serviceWith({ DB: failing(env.DB, (path) => path.includes("raw")) });
  for (const [{ accessToken: token }, username] of [
    [owner, owner.email],
    [stranger, stranger.id],
  ] as const) {
    const reply = await post(PATH, client, { token }, withoutRecord);
    expect([reply.status, reply.body.username]).toEqual([200, username]);
  }
});

it.each(["email = 'owner@exa_mple.com'", "email_verified = 2"])(
  "of a row that cannot be read it takes no name, and keeps the verdict: %s",
  async (spoilt) => {
    const owner = await signIn((await insertUser(["user"])).email);
    await unguarded(() => byHand(`update users set ${spoilt} where id = ?`, owner.id));
    await byHand("insert into change_feed (user_id) values (?)", owner.id);
    await runFeed();
    const reply = await post(PATH, client, { token: owner.accessToken });
    expect([reply.status, reply.body.active]).toEqual([200, true]);
    expect(reply.body).not.toHaveProperty("username");
  },
);

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

it("REV-07 an expired access token is dead, and looking at a spent refresh token is no use of it", async () => {
  const user = await newUser();
  const { body } = await refresh(user.refreshToken);
  moveClock(31 * SECOND);
  expect(await introspect(user.refreshToken)).toEqual(INACTIVE);
  expect(await introspect(body.access_token)).toMatchObject({ active: true });
  moveClock(630 * SECOND);
  expect(await introspect(body.access_token)).toEqual(INACTIVE);
});

it("an outage is no verdict", async () => {
  const user = await newUser();
  const service = serviceWith({ USERS: unreachable(env.USERS, "check") });
  const reply = await post(PATH, client, { token: user.accessToken }, service);
  expectOAuthError(reply, 503, "temporarily_unavailable");
  expect(reply.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
});
