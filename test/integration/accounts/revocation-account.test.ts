import { beforeAll, expect, it } from "vitest";
import {
  call,
  newAdmin,
  newUser,
  PASSWORD,
  refresh,
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { expectAccepted, expectRefused } from "../../support/tokens.ts";

let admin: SignedIn;

beforeAll(async () => {
  admin = await newAdmin();
});

const NEXT = "another horse battery staple";

async function expectDead(...sessions: SignedIn[]): Promise<void> {
  for (const session of sessions) {
    await expectRefused({ "its access token": session.accessToken });
    expect((await refresh(session.refreshToken)).status).toBe(401);
  }
}

it("REV-02 disabling a user ends every session, and enabling brings none back", async () => {
  const first = await newUser();
  const second = await signIn(first.email);
  const setStatus = (status: string) =>
    call("PATCH", `/v1/users/${first.id}`, { token: admin.accessToken, body: { status } });
  expect((await setStatus("disabled")).status).toBe(200);
  await expectDead(first, second);
  const login = { body: { email: first.email, password: PASSWORD } };
  expect((await call("POST", "/v1/auth/login", login)).body.code).toBe("account_disabled");
  expect((await setStatus("active")).status).toBe(200);
  await expectDead(first, second);
  await expectAccepted((await signIn(first.email)).accessToken);
});

it("REV-02 deleting a user ends every session", async () => {
  const first = await newUser();
  const second = await signIn(first.email);
  const reply = await call("DELETE", `/v1/users/${first.id}`, { token: admin.accessToken });
  expect(reply.status).toBe(204);
  await expectDead(first, second);
  const login = { body: { email: first.email, password: PASSWORD } };
  expect((await call("POST", "/v1/auth/login", login)).body.code).toBe("invalid_credentials");
});

it("REV-02 deleting one's own account ends every session", async () => {
  const first = await newUser();
  const second = await signIn(first.email);
  const body = { password: PASSWORD };
  const reply = await call("DELETE", "/v1/users/me", { token: first.accessToken, body });
  expect(reply.status).toBe(204);
  await expectDead(first, second);
});

it("REV-02 an administrator ends every session of a user, who may sign in again", async () => {
  const first = await newUser();
  const second = await signIn(first.email);
  const path = `/v1/users/${first.id}/sessions`;
  const listed = await call("GET", path, { token: admin.accessToken });
  const ids = listed.body.sessions.map((session: { id: string }) => session.id);
  expect(ids.sort()).toEqual([first.sessionId, second.sessionId].sort());
  expect((await call("DELETE", path, { token: admin.accessToken })).status).toBe(204);
  await expectDead(first, second);
  expect((await call("GET", path, { token: admin.accessToken })).body.sessions).toEqual([]);
  await expectAccepted((await signIn(first.email)).accessToken);
});

it("REV-03 a password change ends every session before the reply, which has a new one's tokens", async () => {
  const own = await newUser();
  const others = await Promise.all([signIn(own.email), signIn(own.email)]);
  const body = { current_password: PASSWORD, new_password: NEXT };
  const reply = await call("POST", "/v1/users/me/password", { token: own.accessToken, body });
  expect(reply.status).toBe(200);
  await expectDead(own, ...others);
  await expectAccepted(reply.body.access_token);
  const sessions = await call("GET", "/v1/auth/sessions", { token: reply.body.access_token });
  expect(sessions.body.sessions).toMatchObject([{ id: reply.body.session_id, current: true }]);
  const renewed = await refresh(reply.body.refresh_token);
  expect(renewed.status).toBe(200);
  expect(Object.keys(renewed.body)).toEqual(Object.keys(reply.body));
  const login = { body: { email: own.email, password: PASSWORD } };
  expect((await call("POST", "/v1/auth/login", login)).status).toBe(401);
  await signIn(own.email, NEXT);
});

it("REV-03 a password change that is refused ends nothing", async () => {
  const own = await newUser();
  const other = await signIn(own.email);
  const change = (body: object) =>
    call("POST", "/v1/users/me/password", { token: own.accessToken, body });
  const wrong = await change({ current_password: "not the right password", new_password: NEXT });
  expect(wrong.body.code).toBe("invalid_credentials");
  const weak = await change({ current_password: PASSWORD, new_password: "short" });
  expect(weak.body.code).toBe("weak_password");
  await expectAccepted(other.accessToken);
  expect((await refresh(other.refreshToken)).status).toBe(200);
});
