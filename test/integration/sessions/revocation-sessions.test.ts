import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { MAX_SESSIONS } from "../../../src/core/config/constants.ts";
import { toBase64Url } from "../../../src/core/security/encoding.ts";
import { authorityOf } from "../../../src/domain/accounts/authority.ts";
import { parseUserId } from "../../../src/domain/ids.ts";
import { call, newUser, refresh, type SignedIn, signIn } from "../../support/client.ts";
import { ports } from "../../support/ports.ts";
import { CAUSE, someSession } from "../../support/samples.ts";
import { dumpObject, userObject } from "../../support/storage.ts";
import { expectAccepted, expectRefused } from "../../support/tokens.ts";

const listed = async (token: string): Promise<string[]> => {
  const { body } = await call("GET", "/v1/auth/sessions", { token });
  return body.sessions.map((session: { id: string }) => session.id);
};

it("people see their own sessions, the newest use first, and which one is theirs", async () => {
  const email = (await newUser()).email;
  const login = await call("POST", "/v1/auth/login", {
    body: { email, password: "correct horse battery staple" },
    headers: { "user-agent": "x".repeat(300), "cf-connecting-ip": "192.0.2.7" },
  });
  const { body } = await call("GET", "/v1/auth/sessions", { token: login.body.access_token });
  expect(body.sessions).toHaveLength(2);
  expect(body.sessions[0]).toMatchObject({
    id: login.body.session_id,
    ip: "192.0.2.7",
    user_agent: "x".repeat(256),
    current: true,
  });
  expect(body.sessions[1].current).toBe(false);
});

it("people are shown what can be shown of a user agent, and no half character", async () => {
  const { email } = await newUser();
  const sent = `\u202e\u2066 Safari\u200b ${"x".repeat(247)}\u{1f422}`;
  const login = await call("POST", "/v1/auth/login", {
    body: { email, password: "correct horse battery staple" },
    headers: { "user-agent": sent },
  });
  expect(login.status).toBe(200);
  const { body } = await call("GET", "/v1/auth/sessions", { token: login.body.access_token });
  expect(body.sessions[0].user_agent).toBe(`Safari ${"x".repeat(247)}\u{1f422}`);
});

it("one session is ended by its id, and the others go on", async () => {
  const here = await newUser();
  const there = await signIn(here.email);
  const path = `/v1/auth/sessions/${there.sessionId}`;
  expect((await call("DELETE", path, { token: here.accessToken })).status).toBe(204);
  await expectRefused({ "the ended session's": there.accessToken });
  expect((await refresh(there.refreshToken)).status).toBe(401);
  expect(await listed(here.accessToken)).toEqual([here.sessionId]);
  expect((await call("DELETE", path, { token: here.accessToken })).status).toBe(404);
});

it("another user's session is 404, like one that never was", async () => {
  const [mine, theirs] = [await newUser(), await newUser()];
  const unknown = `ses_${toBase64Url(crypto.getRandomValues(new Uint8Array(16)))}`;
  for (const id of [theirs.sessionId, unknown, "ses_short", theirs.id, "%00", "me"]) {
    const reply = await call("DELETE", `/v1/auth/sessions/${id}`, { token: mine.accessToken });
    expect([id, reply.status, reply.body.code]).toEqual([id, 404, "not_found"]);
  }
  await expectAccepted(theirs.accessToken);
  expect(await listed(theirs.accessToken)).toEqual([theirs.sessionId]);
});

/** Opens sessions as a sign-in does once the password was right. */
async function openSessions(user: SignedIn, count: number): Promise<void> {
  const { users, accounts, newSessionId, refreshTokens, random } = ports();
  const id = parseUserId(user.id);
  const found = id.ok ? await users.findById(id.value) : null;
  if (!id.ok || found === null) throw new Error("no such user");
  for (let opened = 0; opened < count; opened++) {
    const sessionId = newSessionId();
    const token = refreshTokens.first(id.value, sessionId, random(32));
    const hash = refreshTokens.hash(token);
    const answer = await accounts.openSession(id.value, {
      ...someSession({ sessionId, token: { hash, secretVersion: token.version } }),
      seen: authorityOf(found.user),
      second: null,
      cause: CAUSE,
    });
    expect(answer.kind).toBe("opened");
  }
}

it("REV-09 CFW-14 at the cap the least recently used session makes room, and sign-in works", async () => {
  const oldest = await newUser();
  const used = await signIn(oldest.email);
  await openSessions(oldest, MAX_SESSIONS - 2);
  const { refresh_token: newest } = (await refresh(used.refreshToken)).body;
  await expectAccepted(oldest.accessToken);

  const latest = await signIn(oldest.email);
  await expectAccepted(latest.accessToken);
  await expectRefused({ "the least recently used": oldest.accessToken });
  expect((await refresh(oldest.refreshToken)).status).toBe(401);
  await expectAccepted(used.accessToken);

  await openSessions(oldest, MAX_SESSIONS + 20);
  const dump = await dumpObject(userObject(oldest.id));
  expect(Reflect.get(Object(dump["tables"]), "sessions")).toHaveLength(MAX_SESSIONS);
  expect((await refresh(newest)).status).toBe(401);
  const row = await env.DB.prepare("select version from users where id = ?")
    .bind(oldest.id)
    .first();
  expect(row).toEqual({ version: 1 });
});
