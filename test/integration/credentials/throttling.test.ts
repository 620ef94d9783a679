import { runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, expect, it, vi } from "vitest";
import { FREE_TRIES } from "../../../src/domain/credentials/throttle.ts";
import "../../support/cheap-hashes.ts";
import {
  call,
  freshEmail,
  insertUser,
  newAdmin,
  newUser,
  PASSWORD,
  refresh,
  signIn,
} from "../../support/client.ts";
import { eventually } from "../../support/events.ts";
import { DAY, HOUR, moveClock } from "../../support/moving-clock.ts";
import { failInARow, failuresOf, storedFor, throttleOf } from "../../support/throttle.ts";

afterEach(() => {
  vi.useRealTimers();
});

const WRONG = "not the right password";

const login = (email: string, password = WRONG) =>
  call("POST", "/v1/auth/login", { body: { email, password } });

it.each(["known", "unknown"])(
  "RAT-01 of a hundred parallel wrong passwords for one %s name only the free ones are judged",
  async (kind) => {
    const email = kind === "known" ? (await insertUser(["user"])).email : freshEmail();
    moveClock(0);
    const replies = await Promise.all(Array.from({ length: 100 }, () => login(email)));
    const statuses = replies.map((reply) => reply.status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(FREE_TRIES);
    expect(statuses.filter((status) => status === 429)).toHaveLength(100 - FREE_TRIES);
    for (const { status, headers } of replies) {
      expect(headers.get("retry-after")).toBe(status === 429 ? "1" : null);
    }
    expect(await failuresOf(email)).toBe(FREE_TRIES);
    // While it waits not even the right password is looked at.
    expect((await login(email, PASSWORD)).status).toBe(429);
  },
);

it("RAT-06 an attacker delays the owner by an hour at most, and ends no session", async () => {
  const victim = await newUser();
  await failInARow(victim.email, 60);
  moveClock(1_000);
  const delayed = await login(victim.email, PASSWORD);
  expect(delayed.status).toBe(429);
  expect(delayed.body.code).toBe("too_many_requests");
  expect(delayed.headers.get("retry-after")).toBe("3599");
  // The tries that are refused meanwhile lengthen nothing.
  for (let i = 0; i < 20; i++) await login(victim.email);
  const renewed = await refresh(victim.refreshToken);
  expect(renewed.status).toBe(200);
  const token = renewed.body.access_token;
  expect((await call("GET", "/v1/users/me", { token })).status).toBe(200);
  moveClock(HOUR - 1_000);
  await signIn(victim.email);
  expect(await failuresOf(victim.email)).toBe(0);
});

it("RAT-07 after a hundred failures in a row only an administrator reopens sign-in", async () => {
  const admin = await newAdmin();
  const user = await newUser();
  const start = Date.now();
  await failInARow(user.email, 99);
  moveClock(HOUR);
  expect((await login(user.email)).status).toBe(401); // the hundredth
  for (const wait of [HOUR, DAY, 28 * DAY]) {
    moveClock(wait);
    const locked = await login(user.email, PASSWORD);
    expect(locked.status).toBe(429);
    expect(locked.headers.get("retry-after")).toBe("3600");
  }
  await runDurableObjectAlarm(throttleOf(user.email));
  expect((await login(user.email, PASSWORD)).status).toBe(429);

  vi.setSystemTime(start); // the administrator's token is of today
  const reopened = await call("PATCH", `/v1/users/${user.id}`, {
    token: admin.accessToken,
    body: { status: "active" },
  });
  expect(reopened.status).toBe(200);
  await signIn(user.email);
});

it("RAT-08 password change and deletion of the account share one count", async () => {
  const user = await newUser();
  const token = user.accessToken;
  const doors = [
    () =>
      call("POST", "/v1/users/me/password", {
        token,
        body: { current_password: WRONG, new_password: "a turtle on roller skates" },
      }),
    () => call("DELETE", "/v1/users/me", { token, body: { password: WRONG } }),
  ];
  moveClock(0);
  for (let i = 0; i < FREE_TRIES; i++) {
    const reply = await doors[i % doors.length]?.();
    expect(reply?.status).toBe(401);
    expect(reply?.body.code).toBe("invalid_credentials");
  }
  for (const door of doors) expect((await door()).status).toBe(429);
  // With the right password too: a stolen session is no way round the wait.
  const deletion = { token, body: { password: PASSWORD } };
  expect((await call("DELETE", "/v1/users/me", deletion)).status).toBe(429);
});

it("twelve right passwords at once are twelve sign-ins, as parallel test suites make them", async () => {
  const { email } = await insertUser(["user"]);
  const replies = await Promise.all(Array.from({ length: 12 }, () => login(email, PASSWORD)));
  expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 200));
  expect(await failuresOf(email)).toBe(0);
});

it("every spelling of an address shares one count", async () => {
  const email = freshEmail();
  moveClock(0);
  for (let i = 0; i < FREE_TRIES; i++) await login(i % 2 === 0 ? email.toUpperCase() : email);
  expect((await login(email)).status).toBe(429);
});

it("a success forgets the failures before it", async () => {
  const { email } = await insertUser(["user"]);
  await login(email);
  await login(email);
  expect(await failuresOf(email)).toBe(2);
  await signIn(email);
  await eventually(async () => (await storedFor(email)).alarm === null);
  expect(await storedFor(email)).toEqual({ entries: {}, alarm: null });
});

it("after a quiet day a name that was tried leaves nothing behind", async () => {
  const email = freshEmail();
  await login(email);
  const { alarm } = await storedFor(email);
  expect(await failuresOf(email)).toBe(1);
  expect(alarm).not.toBeNull();

  // An alarm that comes early, as after a clock that ran ahead, cuts no window short.
  await runDurableObjectAlarm(throttleOf(email));
  expect(await failuresOf(email)).toBe(1);

  moveClock(DAY + 1_000);
  expect(await runDurableObjectAlarm(throttleOf(email))).toBe(true);
  expect(await storedFor(email)).toEqual({ entries: {}, alarm: null });
});
