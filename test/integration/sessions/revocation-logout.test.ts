import { beforeEach, expect, it } from "vitest";
import { call, newUser, refresh, type SignedIn, signIn } from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";
import { expectAccepted, expectRefused } from "../../support/tokens.ts";

let here: SignedIn;
let there: SignedIn;
let elsewhere: SignedIn;

beforeEach(async () => {
  here = await newUser();
  [there, elsewhere] = await Promise.all([signIn(here.email), signIn(here.email)]);
});

type Scope = "" | "?scope=local" | "?scope=others" | "?scope=global";

const ways = {
  "an access token": (scope: Scope) =>
    call("POST", `/v1/auth/logout${scope}`, { token: here.accessToken }),
  "a refresh token": (scope: Scope) =>
    call("POST", `/v1/auth/logout${scope}`, { body: { refresh_token: here.refreshToken } }),
};

async function expectDead(...sessions: SignedIn[]): Promise<void> {
  for (const session of sessions) {
    await expectRefused({ "its access token": session.accessToken });
    const reply = await refresh(session.refreshToken);
    expect([reply.status, reply.body.code]).toEqual([401, "invalid_refresh_token"]);
  }
}

async function expectAlive(...sessions: SignedIn[]): Promise<void> {
  for (const session of sessions) {
    await expectAccepted(session.accessToken);
    expect((await refresh(session.refreshToken)).status).toBe(200);
  }
}

it.each(Object.entries(ways))(
  "REV-01 logging out with %s ends this session at once, and only this one",
  async (_, logout) => {
    expect((await logout("")).status).toBe(204);
    await expectDead(here);
    await expectAlive(there, elsewhere);
  },
);

it.each(Object.entries(ways))("REV-01 with %s, scope local is the default", async (_, logout) => {
  expect((await logout("?scope=local")).status).toBe(204);
  await expectDead(here);
  await expectAlive(there);
});

it.each(Object.entries(ways))(
  "REV-01 with %s, scope others ends all sessions but this one",
  async (_, logout) => {
    expect((await logout("?scope=others")).status).toBe(204);
    await expectDead(there, elsewhere);
    await expectAlive(here);
  },
);

it.each(Object.entries(ways))(
  "REV-01 with %s, scope global ends every session",
  async (_, logout) => {
    expect((await logout("?scope=global")).status).toBe(204);
    await expectDead(here, there, elsewhere);
    await expectAlive(await signIn(here.email));
  },
);

it("REV-01 a spent refresh token still ends its own session, and no other", async () => {
  const { refresh_token: newest } = (await refresh(here.refreshToken)).body;
  await refresh(newest);
  const spent = { body: { refresh_token: here.refreshToken } };
  for (const scope of ["others", "global"]) {
    expect((await call("POST", `/v1/auth/logout?scope=${scope}`, spent)).status).toBe(401);
  }
  await expectAlive(there);
  await expectAccepted(here.accessToken);
  expect((await call("POST", "/v1/auth/logout", spent)).status).toBe(204);
  await expectRefused({ "its access token": here.accessToken });
});

it("REV-01 logging out twice is no error by refresh token, and refused by access token", async () => {
  expect((await ways["a refresh token"]("")).status).toBe(204);
  expect((await ways["a refresh token"]("")).status).toBe(204);
  expect((await ways["an access token"]("")).status).toBe(401);
  for (const scope of ["?scope=others", "?scope=global"] as const) {
    expect((await ways["a refresh token"](scope)).status).toBe(401);
  }
  await expectAlive(there, elsewhere);
});

const withBoth = (access: SignedIn, refreshToken: string, scope: Scope = "") =>
  call("POST", `/v1/auth/logout${scope}`, {
    token: access.accessToken,
    body: { refresh_token: refreshToken },
  });

it("REV-01 an access token and a refresh token of one session are as good as either", async () => {
  const newest = (await refresh(here.refreshToken)).body.refresh_token;
  expect((await withBoth(here, newest, "?scope=others")).status).toBe(204);
  await expectDead(there, elsewhere);
  await expectAccepted(here.accessToken);
  expect((await withBoth(here, here.refreshToken)).status).toBe(204);
  await expectRefused({ "its access token": here.accessToken });
  expect((await refresh(newest)).status).toBe(401);
});

it("REV-01 tokens of two sessions, or of two users, are refused by name, and nothing ends", async () => {
  const stranger = await newUser();
  for (const { refreshToken } of [there, stranger]) {
    for (const scope of ["", "?scope=others", "?scope=global"] as const) {
      const reply = await withBoth(here, refreshToken, scope);
      expect([reply.status, reply.body.code]).toEqual([400, "invalid_request"]);
      expect(reply.body.errors).toMatchObject([{ path: "refresh_token" }]);
    }
  }
  await expectAlive(here, there, elsewhere, stranger);
});

it("REV-01 whatever is answered 204 has left no token alive that it was given", async () => {
  const ended = await signIn(here.email);
  await call("POST", "/v1/auth/logout", { token: ended.accessToken });
  // The bearer is dead, the refresh token is not; then the other way round.
  expect((await withBoth(ended, there.refreshToken)).status).toBe(204);
  await expectDead(there);
  expect((await withBoth(elsewhere, "rt1.nonsense")).status).toBe(204);
  await expectDead(elsewhere);
});

it("REV-01 a scope that is none, or no token at all, ends nothing", async () => {
  expect(
    (await call("POST", "/v1/auth/logout?scope=all", { token: here.accessToken })).status,
  ).toBe(400);
  expect((await call("POST", "/v1/auth/logout")).status).toBe(401);
  await expectAlive(here, there, elsewhere);
});

it("REV-05 an isolate that knew the session well gives the same verdict", async () => {
  const isolates = [serviceWith({}), serviceWith({})];
  const verdicts = () =>
    Promise.all(
      isolates.map(async (isolate) => [
        (await isolate("GET", "/v1/users/me", { token: here.accessToken })).status,
        (await isolate("GET", "/v1/auth/sessions", { token: here.accessToken })).status,
      ]),
    );
  expect(await verdicts()).toEqual([
    [200, 200],
    [200, 200],
  ]);
  await ways["an access token"]("");
  expect(await verdicts()).toEqual([
    [401, 401],
    [401, 401],
  ]);
});
