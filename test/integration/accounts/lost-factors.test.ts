import { afterEach, beforeEach, expect, it, vi } from "vitest";
import operations from "../../../docs/operations.md?raw";
import { call, newUser, refresh, type SignedIn, signIn } from "../../support/client.ts";
import { storedEvents } from "../../support/events.ts";
import { byHand, runFeed } from "../../support/feed.ts";
import { mailTo } from "../../support/inbox.ts";
import { moveClock, SECOND, stopClock } from "../../support/moving-clock.ts";
import { newWithPasskey, signInByPasskey } from "../../support/passkeys.ts";
import { firstFactor, newEnrolled, SECOND as SECOND_FACTOR } from "../../support/second-factors.ts";
import { claimsOf } from "../../support/tokens.ts";
import { codeOf } from "../../support/totp.ts";

const FACTORS = "/v1/users/me/factors";

/** The statement of the runbook. */
const [, STATEMENT = ""] =
  /--command "(update users set factors_void_at[^"]*)"/.exec(operations) ?? [];

/** What an operator does for somebody who lost every factor. */
const declareLost = ({ email }: Pick<SignedIn, "email">) =>
  byHand(STATEMENT.replace("you@example.com", email));

/** D1's own clock is not stopped, and the statement has whole seconds. */
const AGO = 10 * SECOND;

beforeEach(() => {
  stopClock();
  moveClock(-AGO);
});

afterEach(() => {
  vi.useRealTimers();
});

const later = () => moveClock(AGO);

it("the password alone lets in whoever an operator says lost every factor, and nobody else stays", async () => {
  const user = await newEnrolled();
  const flow = await firstFactor(user);
  later();
  await declareLost(user);
  const { accessToken, sessionId } = await signIn(user.email);
  expect(claimsOf(accessToken)).toMatchObject({ amr: ["pwd"], acr: "aal1" });
  expect((await refresh(user.refreshToken)).status).toBe(401);
  const listed = await call("GET", FACTORS, { token: accessToken });
  expect(listed.body).toEqual({ factors: [], recovery_codes_left: 0 });
  for (const shown of [{ totp: codeOf(user.secret) }, { recovery_code: user.codes[0] }]) {
    const body = { second_factor_token: flow, ...shown };
    expect((await call("POST", SECOND_FACTOR, { body })).status).toBe(401);
  }
  // What comes afterwards stays.
  const again = await newEnrolled({ ...user, ...(await signIn(user.email)) });
  await runFeed();
  const factors = await call("GET", FACTORS, { token: again.accessToken });
  expect(factors.body.factors).toHaveLength(1);
  expect((await call("GET", "/v1/users/me", { token: accessToken })).status).toBe(200);
  expect(sessionId).not.toBe(user.sessionId);
});

it("their sessions end with the next run of the feed, which is recorded and mailed", async () => {
  const user = await newWithPasskey();
  later();
  await declareLost(user);
  await runFeed();
  expect((await refresh(user.refreshToken)).status).toBe(401);
  expect((await signInByPasskey(user.authenticator)).body.code).toBe("invalid_passkey");
  await runFeed();
  const [told, ...more] = await storedEvents({ subject: user.id, type: "factor.reset" });
  expect([told?.actor.kind, told?.data]).toEqual(["operator", { factors: 1, sessions_ended: 1 }]);
  expect(more).toEqual([]);
  expect((await mailTo(user.email, 2)).subject).toMatch(/factor was removed/);
});

it("nobody is put out who has none", async () => {
  const user = await newUser();
  later();
  await declareLost(user);
  await runFeed();
  expect((await refresh(user.refreshToken)).status).toBe(200);
});

it.each([
  ["seconds in place of milliseconds, which would do nothing", "unixepoch()", /CHECK/],
  ["a time to come, which would hide the next one", "unixepoch() * 1000 + 86400000", /future/],
  ["what is no time", "unixepoch() * 1000000", /CHECK|future/],
  ["what is no number", "'now'", /CHECK|future/],
])("%s, is refused", async (_, value, told) => {
  const { email } = await newUser();
  const wrong = byHand(`update users set factors_void_at = ${value} where email = ?`, email);
  await expect(wrong).rejects.toThrow(told);
});
