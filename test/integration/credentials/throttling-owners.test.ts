import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import type { Password } from "../../../src/domain/credentials/password.ts";
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
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { eventually } from "../../support/events.ts";
import { DAY, MINUTE, moveClock, SECOND } from "../../support/moving-clock.ts";
import { userObject } from "../../support/storage.ts";
import { failInARow, failuresOf, storedFor, throttleOf } from "../../support/throttle.ts";

afterEach(() => {
  vi.useRealTimers();
});

const WRONG = "not the right password";
const NEXT = "another horse battery staple" as Password;

const login = (email: string, device?: string, password: string = WRONG) =>
  call("POST", "/v1/auth/login", {
    body: { email, password, ...(device === undefined ? {} : { device }) },
  });

/** Strangers' tries until the next one has to wait. */
async function strangersTry(email: string): Promise<void> {
  moveClock(0);
  await Promise.all(Array.from({ length: 16 }, () => login(email)));
  expect((await login(email, undefined, PASSWORD)).status).toBe(429);
}

const change = ({ accessToken: token }: SignedIn, current: string = PASSWORD) =>
  call("POST", "/v1/users/me/password", {
    token,
    body: { current_password: current, new_password: NEXT },
  });

it("RAT-06 tries made before an account is registered do not count against its owner", async () => {
  const email = freshEmail();
  await strangersTry(email);
  moveClock(1);
  const registered = await call("POST", "/v1/auth/register", {
    body: { email, password: PASSWORD },
  });
  expect(registered.status).toBe(201);
  await signIn(email);
  expect(await failuresOf(email)).toBe(0);
});

it("RAT-06 the same for an account that an administrator makes, also by hand", async () => {
  const admin = await newAdmin();
  const [made, byHand] = [freshEmail(), freshEmail()];
  for (const email of [made, byHand]) {
    await failInARow(email, 100);
    vi.useRealTimers();
  }
  moveClock(101 * 60 * 60 * 1_000);
  const body = { email: made, password: PASSWORD };
  const token = (await signIn(admin.email)).accessToken;
  expect((await call("POST", "/v1/users", { token, body })).status).toBe(201);
  await insertUser(["user"], byHand);
  for (const email of [made, byHand]) await signIn(email);
});

it("RAT-01 wrong passwords for the new account are counted from the first one on", async () => {
  const email = freshEmail();
  await strangersTry(email);
  moveClock(1);
  await insertUser(["user"], email);
  const replies = await Promise.all(Array.from({ length: 50 }, () => login(email)));
  expect(replies.filter(({ status }) => status === 401)).toHaveLength(FREE_TRIES);
  expect(replies.filter(({ status }) => status === 429)).toHaveLength(50 - FREE_TRIES);
});

it("RAT-06 an owner who is signed in changes the password whatever strangers try", async () => {
  const owner = await newUser();
  await strangersTry(owner.email);
  moveClock(1);
  expect((await change(owner)).status).toBe(200);
  // The new password is another one than the strangers tried.
  await signIn(owner.email, NEXT);
});

it("RAT-06 guesses inside a session do not stop sign-in, which forgives them", async () => {
  const owner = await newUser();
  moveClock(0);
  const guesses = await Promise.all(Array.from({ length: 16 }, () => change(owner, WRONG)));
  expect(guesses.filter(({ status }) => status === 401)).toHaveLength(FREE_TRIES);
  expect(guesses.filter(({ status }) => status === 429)).toHaveLength(16 - FREE_TRIES);
  expect((await change(owner)).status).toBe(429);
  const again = await signIn(owner.email);
  expect((await change(again)).status).toBe(200);
});

it("a login that shows any token of the account is counted apart", async () => {
  const owner = await newUser();
  const spent = owner.refreshToken;
  const current = (await refresh(spent)).body.refresh_token;
  const ended = await signIn(owner.email);
  const logout = await call("POST", "/v1/auth/logout", { token: ended.accessToken });
  expect(logout.status).toBe(204);
  await strangersTry(owner.email);
  for (const device of [current, spent, ended.refreshToken]) {
    expect((await login(owner.email, device, PASSWORD)).status).toBe(200);
  }
  // Theirs is no way to clear the count of the strangers.
  expect(await failuresOf(owner.email)).toBe(FREE_TRIES);
});

it("the tokens of one session are one device, whose failures are counted exactly", async () => {
  const owner = await newUser();
  const other = await signIn(owner.email);
  const renewed = (await refresh(owner.refreshToken)).body.refresh_token;
  moveClock(0);
  const tokens = Array.from({ length: 16 }, (_, i) => (i % 2 ? renewed : owner.refreshToken));
  const replies = await Promise.all(tokens.map((device) => login(owner.email, device)));
  expect(replies.map(({ status }) => status)).toEqual(tokens.map(() => 401));
  // Those that found no place in its own count were tried by the name, as without a token.
  expect(await failuresOf(owner.email)).toBe(16 - FREE_TRIES);
  expect((await login(owner.email, other.refreshToken, PASSWORD)).status).toBe(200);
});

it("what is no token of the account is as good as none", async () => {
  const victim = await newUser();
  const thief = await newUser();
  await strangersTry(victim.email);
  const { refreshToken } = victim;
  const forged = `${refreshToken.slice(0, -3)}${refreshToken.endsWith("AAA") ? "BBB" : "AAA"}`;
  for (const device of [thief.refreshToken, forged, victim.accessToken, "nonsense"]) {
    expect((await login(victim.email, device.slice(0, 1_024), PASSWORD)).status).toBe(429);
  }
  expect((await login(freshEmail(), thief.refreshToken)).status).toBe(401);
  for (const device of ["", "x".repeat(1_025), 7, null]) {
    const body = { email: victim.email, password: PASSWORD, device };
    const reply = await call("POST", "/v1/auth/login", { body });
    expect([reply.status, reply.body.errors?.[0]?.path]).toEqual([400, "device"]);
  }
});

it("whoever shows a token is never worse off than whoever shows none", async () => {
  const owner = await newUser();
  moveClock(0);
  for (let i = 0; i < FREE_TRIES; i++) await login(owner.email, owner.refreshToken);
  // A thief's copy has used up the device's tries; the name's are untouched.
  expect((await login(owner.email, owner.refreshToken, PASSWORD)).status).toBe(200);
  await strangersTry(owner.email);
  for (let i = 0; i < FREE_TRIES; i++) await login(owner.email, owner.refreshToken);
  expect((await login(owner.email, owner.refreshToken, PASSWORD)).status).toBe(429);
});

it("RAT-06 whoever shows a token is told to wait no longer than for the shorter of the two", async () => {
  const owner = await newUser();
  await strangersTry(owner.email);
  for (let i = 0; i < 3; i++) {
    moveClock(MINUTE);
    await login(owner.email);
  }
  for (let i = 0; i < FREE_TRIES; i++) await login(owner.email, owner.refreshToken);
  const waitOf = async (device?: string) => {
    const reply = await login(owner.email, device, PASSWORD);
    expect(reply.status).toBe(429);
    return Number(reply.headers.get("retry-after"));
  };
  const wait = await waitOf(owner.refreshToken);
  expect(wait).toBeLessThan(await waitOf());
  moveClock(wait * SECOND);
  expect((await login(owner.email, owner.refreshToken, PASSWORD)).status).toBe(200);
});

it("RAT-06 a device's failures from before the password was set are forgotten, too", async () => {
  const owner = await newUser();
  await strangersTry(owner.email);
  for (let i = 0; i < FREE_TRIES; i++) await login(owner.email, owner.refreshToken);
  expect((await login(owner.email, owner.refreshToken, PASSWORD)).status).toBe(429);
  moveClock(1);
  // As admin:create does it, behind the object's back.
  await env.DB.prepare("update users set password_set_at = ?, version = version + 1 where id = ?")
    .bind(Date.now(), owner.id)
    .run();
  expect((await login(owner.email, owner.refreshToken, PASSWORD)).status).toBe(200);
});

it("ENU-03 an account that waits for its password does not show by the tries it forgives", async () => {
  const admin = await newAdmin();
  const [invited, nobody] = [freshEmail(), freshEmail()];
  for (const email of [invited, nobody]) await strangersTry(email);
  moveClock(1);
  const body = { email: invited };
  const made = await call("POST", "/v1/users", { token: admin.accessToken, body });
  expect(made.status).toBe(201);
  const replies = [await login(invited), await login(nobody)];
  expect(replies.map(({ status }) => status)).toEqual([429, 429]);
});

it("RAT-07 an administrator reopens the devices with the name", async () => {
  const admin = await newAdmin();
  const owner = await newUser();
  await strangersTry(owner.email);
  for (let i = 0; i < FREE_TRIES; i++) await login(owner.email, owner.refreshToken);
  expect((await login(owner.email, owner.refreshToken, PASSWORD)).status).toBe(429);
  const reopened = await call("PATCH", `/v1/users/${owner.id}`, {
    token: admin.accessToken,
    body: { status: "active" },
  });
  expect(reopened.status).toBe(200);
  expect((await login(owner.email, owner.refreshToken, PASSWORD)).status).toBe(200);
});

it.each(["known", "unknown"])(
  "RAT-06 a lock on a %s name is forgotten after thirty quiet days, and leaves nothing",
  async (kind) => {
    const email = kind === "known" ? (await insertUser(["user"])).email : freshEmail();
    await failInARow(email, 100);
    moveClock(30 * DAY - 1);
    expect((await login(email, undefined, PASSWORD)).status).toBe(429);
    await runDurableObjectAlarm(throttleOf(email));
    expect(await failuresOf(email)).toBe(100);
    moveClock(1);
    expect(await runDurableObjectAlarm(throttleOf(email))).toBe(true);
    expect(await storedFor(email)).toEqual({ entries: {}, alarm: null });
    expect((await login(email, undefined, PASSWORD)).status).toBe(kind === "known" ? 200 : 401);
  },
);

it("what a user's object counted is forgotten in time, by the alarm that it set", async () => {
  const owner = await newUser();
  moveClock(0);
  await login(owner.email, owner.refreshToken);
  await change(owner, WRONG);
  const counts = () =>
    runInDurableObject(userObject(owner.id), (_, { storage }) => [
      ...storage.kv.list({ prefix: "proofs/" }),
    ]);
  const alarm = () =>
    runInDurableObject(userObject(owner.id), (_, { storage }) => storage.getAlarm());
  // Its events are stored first.
  await eventually(async () => (await alarm()) === Date.now() + DAY);
  expect(await counts()).toHaveLength(2);
  moveClock(DAY);
  expect(await runDurableObjectAlarm(userObject(owner.id))).toBe(true);
  expect(await counts()).toEqual([]);
});
