import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { call, newUser, type Reply, refresh, type SignedIn } from "../../support/client.ts";
import { DAY, moveClock, SECOND, stopClock } from "../../support/moving-clock.ts";
import { ACCOUNT_POLICY } from "../../support/samples.ts";
import { claimsOf, expectRefused } from "../../support/tokens.ts";

let user: SignedIn;

beforeEach(async () => {
  stopClock();
  user = await newUser();
});

afterEach(() => {
  vi.useRealTimers();
});

async function rotated(refreshToken: string): Promise<string> {
  const reply = await refresh(refreshToken);
  expect(reply.status).toBe(200);
  return reply.body.refresh_token;
}

function expectEnded(reply: Reply): void {
  expect([reply.status, reply.body.code]).toEqual([401, "invalid_refresh_token"]);
}

it("REF-12 a session lasts thirty days unused, to the millisecond", async () => {
  moveClock(30 * DAY - 1);
  const successor = await rotated(user.refreshToken);
  moveClock(30 * DAY);
  expectEnded(await refresh(successor));
  expectEnded(await refresh(user.refreshToken));
});

it("REF-12 a session in use lasts ninety days and not a millisecond more", async () => {
  let newest = user.refreshToken;
  for (let day = 0; day < 80; day += 20) {
    moveClock(20 * DAY);
    newest = await rotated(newest);
  }
  moveClock(10 * DAY - 1);
  const reply = await refresh(newest);
  expect([reply.status, reply.body.refresh_expires_in]).toEqual([200, 0]);
  moveClock(1);
  expectEnded(await refresh(reply.body.refresh_token));
  expectEnded(await refresh(newest));
  await expectRefused({ "an access token that is not yet expired": reply.body.access_token });
});

it("REF-12 a replay extends neither limit", async () => {
  const successor = await rotated(user.refreshToken);
  moveClock(29 * SECOND);
  const replay = await refresh(user.refreshToken);
  expect(replay.body.refresh_expires_in).toBe((30 * DAY) / SECOND - 29);
  moveClock(30 * DAY - 29 * SECOND);
  expectEnded(await refresh(successor));
});

it("the limits shown are those that hold", async () => {
  moveClock(70 * SECOND);
  const reply = await refresh(user.refreshToken);
  expect(reply.body.refresh_expires_in).toBe((30 * DAY) / SECOND);
  const { body } = await call("GET", "/v1/auth/sessions", { token: reply.body.access_token });
  expect(body.sessions).toEqual([
    {
      id: user.sessionId,
      created_at: new Date(Date.now() - 70 * SECOND).toISOString(),
      last_used_at: new Date().toISOString(),
      expires_at: new Date(Date.now() + 30 * DAY).toISOString(),
      ip: null,
      user_agent: null,
      current: true,
      replayed_elsewhere_at: null,
    },
  ]);
});

it("an access token is good for no longer than its session", async () => {
  const { absoluteTtl } = ACCOUNT_POLICY.refresh;
  const end = Date.now() + absoluteTtl;
  let newest = user.refreshToken;
  for (let day = 0; day < 80; day += 20) {
    moveClock(20 * DAY);
    newest = await rotated(newest);
  }
  moveClock(10 * DAY - 60 * SECOND - 1);
  for (const left of [60, 1, 0]) {
    const { body } = await refresh(newest);
    newest = body.refresh_token;
    const { iat, exp } = claimsOf(body.access_token);
    expect([body.expires_in, body.refresh_expires_in, Number(exp) - Number(iat)]).toEqual([
      left,
      left,
      left,
    ]);
    expect(Number(exp) * SECOND).toBeLessThanOrEqual(end);
    moveClock(end - Date.now() - (left === 60 ? SECOND : 1));
  }
});

it("refusing a session past its limit decides nothing: no reuse is seen in it", async () => {
  moveClock(30 * DAY);
  expectEnded(await refresh(user.refreshToken));
  moveClock(-1);
  await rotated(user.refreshToken);
});
