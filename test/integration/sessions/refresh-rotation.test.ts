import { abortAllDurableObjects, evictDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { call, newUser, refresh, signIn } from "../../support/client.ts";
import { storedEvents } from "../../support/events.ts";
import { moveClock, SECOND, stopClock } from "../../support/moving-clock.ts";
import { userObject } from "../../support/storage.ts";
import { expectAccepted, expectRefused } from "../../support/tokens.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Rotates and hands back the successor. */
async function rotated(refreshToken: string): Promise<string> {
  const reply = await refresh(refreshToken);
  expect(reply.status).toBe(200);
  return reply.body.refresh_token;
}

async function expectEnded(...refreshTokens: string[]): Promise<void> {
  for (const token of refreshTokens) {
    const reply = await refresh(token);
    expect([reply.status, reply.body.code]).toEqual([401, "invalid_refresh_token"]);
  }
}

it("REF-01 fifty parallel uses of one refresh token have one successor", async () => {
  const user = await newUser();
  const replies = await Promise.all(Array.from({ length: 50 }, () => refresh(user.refreshToken)));
  expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([200]));
  const successors = new Set(replies.map((reply) => reply.body.refresh_token));
  expect(successors.size).toBe(1);
  expect(successors.has(user.refreshToken)).toBe(false);
  for (const reply of replies) await expectAccepted(reply.body.access_token);
  const sessions = await call("GET", "/v1/auth/sessions", { token: replies[0]?.body.access_token });
  expect(sessions.body.sessions).toHaveLength(1);
});

it("a refresh answers like a sign-in, for the same session", async () => {
  const user = await newUser();
  const reply = await refresh(user.refreshToken);
  expect(Object.keys(reply.body).sort()).toEqual([
    "access_token",
    "expires_in",
    "refresh_expires_in",
    "refresh_token",
    "session_id",
    "token_type",
  ]);
  expect(reply.body).toMatchObject({
    token_type: "Bearer",
    expires_in: 600,
    session_id: user.sessionId,
  });
  expect(reply.headers.get("cache-control")).toBe("no-store");
});

it("REF-02 a spent token that comes back after the window ends its session", async () => {
  const user = await newUser();
  const elsewhere = await signIn(user.email);
  stopClock();
  const successor = await rotated(user.refreshToken);
  moveClock(30 * SECOND);
  await expectEnded(user.refreshToken);
  await expectEnded(successor);
  await expectRefused({ "the session's access token": user.accessToken });
  const events = await storedEvents({ subject: user.id, type: "refresh" });
  expect(events).toMatchObject([
    {
      type: "refresh.reused",
      outcome: "failure",
      actor: { kind: "anyone", id: "anyone" },
      data: { session_id: user.sessionId },
    },
  ]);
  // The theft was of one session; the user's others are not concerned.
  await expectAccepted(elsewhere.accessToken);
  await rotated(elsewhere.refreshToken);
});

it("REF-03 a descendant used right after the reuse, or along with it, is refused", async () => {
  const user = await newUser();
  const second = await rotated(user.refreshToken);
  const third = await rotated(second);
  await expectEnded(user.refreshToken);
  await expectEnded(third, second);

  const other = await newUser();
  const next = await rotated(other.refreshToken);
  const newest = await rotated(next);
  const [reuse, ...racing] = await Promise.all([
    refresh(other.refreshToken),
    refresh(newest),
    refresh(newest),
  ]);
  expect(reuse.status).toBe(401);
  await expectEnded(newest, ...racing.flatMap(({ body }) => body.refresh_token ?? []));
});

it("REF-04 a client that lost the reply gets the same successor, as often as it asks", async () => {
  const user = await newUser();
  const successor = await rotated(user.refreshToken);
  for (let retry = 0; retry < 3; retry++) {
    const reply = await refresh(user.refreshToken);
    expect(reply.body.refresh_token).toBe(successor);
    await expectAccepted(reply.body.access_token);
  }
  await rotated(successor);
});

it("the replay window ends to the millisecond, and no replay moves its end", async () => {
  const user = await newUser();
  stopClock();
  const successor = await rotated(user.refreshToken);
  moveClock(30 * SECOND - 1);
  expect((await refresh(user.refreshToken)).body.refresh_token).toBe(successor);
  moveClock(1);
  await expectEnded(user.refreshToken, successor);
});

describe("REF-05 the grace covers the immediate parent alone", () => {
  it("a grandparent within the window ends the session", async () => {
    const user = await newUser();
    const second = await rotated(user.refreshToken);
    const third = await rotated(second);
    await expectEnded(user.refreshToken, second, third);
  });

  it("a parent is replayed until its child was used, and then no more", async () => {
    const user = await newUser();
    const second = await rotated(user.refreshToken);
    expect(await rotated(user.refreshToken)).toBe(second);
    const third = await rotated(second);
    expect(await rotated(second)).toBe(third);
    await expectEnded(user.refreshToken, second, third);
  });
});

describe("REF-06 no verdict rests on memory", () => {
  const restarts = {
    evicted: (userId: string) => evictDurableObject(userObject(userId)),
    aborted: () => abortAllDurableObjects(),
  };

  it.each(Object.entries(restarts))(
    "a spent token is still refused when the object was %s",
    async (_, restart) => {
      const user = await newUser();
      const second = await rotated(user.refreshToken);
      await restart(user.id);
      const third = await rotated(second);
      await restart(user.id);
      await expectEnded(user.refreshToken);
      await restart(user.id);
      await expectEnded(third, second);
    },
  );

  it.each(Object.entries(restarts))(
    "the replay window outlives an object that was %s",
    async (_, restart) => {
      const user = await newUser();
      stopClock();
      const successor = await rotated(user.refreshToken);
      await restart(user.id);
      moveClock(30 * SECOND - 1);
      expect(await rotated(user.refreshToken)).toBe(successor);
      await restart(user.id);
      moveClock(1);
      await expectEnded(user.refreshToken, successor);
    },
  );
});
