import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { call, newUser, type SignedIn } from "../../support/client.ts";
import { storedEvents } from "../../support/events.ts";
import { moveClock, SECOND, stopClock } from "../../support/moving-clock.ts";
import { expectAccepted } from "../../support/tokens.ts";

let user: SignedIn;

beforeEach(async () => {
  stopClock();
  user = await newUser();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const OWNER = { "cf-connecting-ip": "192.0.2.10", "user-agent": "the owner's browser" };
const THIEF = { "cf-connecting-ip": "198.51.100.66", "user-agent": "a script" };

const refreshFrom = async (headers: Record<string, string>, refreshToken = user.refreshToken) => {
  const body = { refresh_token: refreshToken };
  const reply = await call("POST", "/v1/auth/refresh", { headers, body });
  expect(reply.status).toBe(200);
  return reply.body;
};

const notedAt = async (token: string) => {
  const { body } = await call("GET", "/v1/auth/sessions", { token });
  return body.sessions.map((session: Record<string, unknown>) => session["replayed_elsewhere_at"]);
};

const recorded = () => storedEvents({ subject: user.id, type: "refresh" });

it("a thief in lockstep is answered, recorded once a rotation, and shown to the owner", async () => {
  const own = await refreshFrom(OWNER);
  expect(await notedAt(own.access_token)).toEqual([null]);
  moveClock(SECOND);
  const at = new Date().toISOString();
  for (let i = 0; i < 3; i++) {
    expect((await refreshFrom(THIEF)).refresh_token).toBe(own.refresh_token);
  }
  expect(await notedAt(own.access_token)).toEqual([at]);
  expect(await recorded()).toMatchObject([
    {
      type: "refresh.replayed_elsewhere",
      actor: { kind: "anyone", id: "anyone" },
      context: { ip: "198.51.100.66", userAgent: "a script" },
      data: { session_id: user.sessionId },
    },
  ]);
  await refreshFrom(OWNER, own.refresh_token);
  await refreshFrom(THIEF, own.refresh_token);
  expect(await recorded()).toHaveLength(2);
});

it("the thief may come first: the owner's retry from elsewhere is what is recorded then", async () => {
  const stolen = await refreshFrom(THIEF);
  await refreshFrom(OWNER);
  expect(await notedAt(stolen.access_token)).toEqual([new Date().toISOString()]);
});

it("an honest client's fifty replays at once all succeed, and are nothing to note", async () => {
  const replies = await Promise.all(Array.from({ length: 50 }, () => refreshFrom(OWNER)));
  expect(new Set(replies.map((reply) => reply.refresh_token)).size).toBe(1);
  const moved = { ...OWNER, "cf-connecting-ip": "203.0.113.5" };
  const ownServer = { ...OWNER, "user-agent": "the page's own server" };
  for (const headers of [moved, ownServer, {}]) await refreshFrom(headers);
  expect(await notedAt(replies[0].access_token)).toEqual([null]);
  expect(await recorded()).toEqual([]);
});

it("a password change puts out whoever copied a pair, and the owner stays in", async () => {
  await refreshFrom(OWNER);
  const stolen = await refreshFrom(THIEF);
  const changed = await call("POST", "/v1/users/me/password", {
    token: user.accessToken,
    body: {
      current_password: "correct horse battery staple",
      new_password: "another horse battery staple",
    },
  });
  expect(changed.status).toBe(200);
  const body = { refresh_token: stolen.refresh_token };
  expect((await call("POST", "/v1/auth/refresh", { body })).status).toBe(401);
  expect((await call("GET", "/v1/users/me", { token: stolen.access_token })).status).toBe(401);
  await expectAccepted(changed.body.access_token);
  await refreshFrom(OWNER, changed.body.refresh_token);
});

it("the same over the OAuth endpoint", async () => {
  const own = await refreshFrom(OWNER);
  const reply = await call("POST", "/oauth2/token", {
    headers: { ...THIEF, "content-type": "application/x-www-form-urlencoded" },
    body: `grant_type=refresh_token&client_id=first-party&refresh_token=${user.refreshToken}`,
  });
  expect(reply.body.refresh_token).toBe(own.refresh_token);
  expect(await notedAt(own.access_token)).toEqual([new Date().toISOString()]);
});
