import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { authorityOf } from "../../../src/domain/accounts/authority.ts";
import { parseUserId } from "../../../src/domain/ids.ts";
import {
  call,
  insertUser,
  newAdmin,
  newUser,
  PASSWORD,
  refresh,
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { eventually, keptBy } from "../../support/events.ts";
import { serviceWith } from "../../support/faults.ts";
import { DAY, moveClock, stopClock } from "../../support/moving-clock.ts";
import { interposed } from "../../support/objects.ts";
import { ports } from "../../support/ports.ts";
import { CAUSE, someSession } from "../../support/samples.ts";
import { dumpObject, userObject } from "../../support/storage.ts";

let user: SignedIn;

beforeEach(async () => {
  stopClock();
  user = await newUser();
  await stored();
});

/** What happened is stored: until then the alarm is set for sending it again. */
const stored = (id = user.id) => eventually(async () => (await keptBy(id)).length === 0);

afterEach(() => {
  vi.useRealTimers();
});

async function sessionIds(): Promise<string[]> {
  const { tables } = await dumpObject(userObject(user.id));
  return Reflect.get(Object(tables), "sessions").map((row: { id: string }) => row.id);
}

const alarm = (): Promise<boolean> => runDurableObjectAlarm(userObject(user.id));

const alarmAt = (id: string) =>
  runInDurableObject(userObject(id), (_, { storage }) => storage.getAlarm());

const EMPTY = { pairs: [], tables: {} };

async function deleteUser(id = user.id): Promise<void> {
  const admin = await newAdmin();
  const reply = await call("DELETE", `/v1/users/${id}`, { token: admin.accessToken });
  expect(reply.status).toBe(204);
  await stored(id);
}

it("CFW-14 the alarm purges what has ended, and wakes again for what has not", async () => {
  moveClock(10 * DAY);
  const second = await signIn(user.email);
  await stored();
  moveClock(20 * DAY);
  expect(await alarm()).toBe(true);
  expect(await sessionIds()).toEqual([second.sessionId]);
  moveClock(10 * DAY);
  expect(await alarm()).toBe(true);
  expect(await sessionIds()).toEqual([]);
  expect(await alarm()).toBe(false);
  expect((await signIn(user.email)).id).toBe(user.id);
  await stored();
  expect(await alarm()).toBe(true);
});

it("CFW-14 an alarm that comes early, or twice, purges nothing that is alive", async () => {
  expect(await alarm()).toBe(true);
  expect(await alarm()).toBe(true);
  expect(await sessionIds()).toEqual([user.sessionId]);
  expect((await refresh(user.refreshToken)).status).toBe(200);
});

it("CFW-14 the alarm is set for what ends first, whatever is opened after it", async () => {
  const first = Date.now() + 30 * DAY;
  expect(await alarmAt(user.id)).toBe(first);
  moveClock(DAY);
  await signIn(user.email);
  await stored();
  expect(await alarmAt(user.id)).toBe(first);
  const id = parseUserId(user.id);
  if (!id.ok) throw new Error("an id was expected");
  expect(await ports().accounts.reserveProof(id.value, "session")).toMatchObject({
    kind: "allowed",
  });
  expect(await alarmAt(user.id)).toBe(Date.now() + DAY);
});

it("the tombstone of a user who never signed in has an alarm of its own", async () => {
  const { id } = await insertUser(["user"]);
  await deleteUser(id);
  expect(await alarmAt(id)).toBe(Date.now() + 90 * DAY);
  moveClock(90 * DAY);
  expect(await runDurableObjectAlarm(userObject(id))).toBe(true);
  expect(await dumpObject(userObject(id))).toEqual(EMPTY);
  const parsed = parseUserId(id);
  expect(parsed.ok && (await ports().accounts.listSessions(parsed.value))).toEqual([]);
});

it("an object whose user has no row keeps nothing, whatever it is asked", async () => {
  const { id } = await insertUser(["user"]);
  const parsed = parseUserId(id);
  const { users, accounts } = ports();
  const found = parsed.ok ? await users.findById(parsed.value) : null;
  if (!parsed.ok || found === null) throw new Error("no such user");
  await env.DB.prepare("delete from user_roles where user_id = ?").bind(id).run();
  await env.DB.prepare("delete from users where id = ?").bind(id).run();
  const change = { kind: "set_status", status: "disabled" } as const;
  const command = { changeId: "of nobody", change, ifVersion: null, cause: CAUSE };
  const seen = authorityOf(found.user);
  expect(
    await accounts.openSession(parsed.value, {
      ...someSession(),
      seen,
      second: null,
      cause: CAUSE,
    }),
  ).toEqual({
    kind: "refused",
  });
  expect(await accounts.change(parsed.value, command)).toEqual({ kind: "not_found" });
  await accounts.catchUp(parsed.value);
  expect(await dumpObject(userObject(id))).toEqual(EMPTY);
});

it("the tombstone of a deleted user goes when its time has come, and leaves nothing", async () => {
  await deleteUser();
  expect(await sessionIds()).toEqual([]);
  moveClock(90 * DAY);
  expect(await alarm()).toBe(true);
  expect(await dumpObject(userObject(user.id))).toEqual(EMPTY);
  expect((await refresh(user.refreshToken)).status).toBe(401);
  expect(await dumpObject(userObject(user.id))).toEqual(EMPTY);
});

it("an alarm that was already on its way does not take the tombstone", async () => {
  await deleteUser();
  expect(await alarm()).toBe(true);
  expect(await dumpObject(userObject(user.id))).toMatchObject({
    pairs: [
      ["authority", { authority: { status: "deleted" } }],
      ["event/000000000000002", null],
      ["schema", 3],
    ],
  });
  moveClock(90 * DAY);
  expect(await alarm()).toBe(true);
  expect(await dumpObject(userObject(user.id))).toEqual(EMPTY);
});

it("a sign-in whose row was read before the deletion opens no session", async () => {
  const overtaken = serviceWith({
    USERS: interposed(env.USERS, async (method) => {
      if (method === "openSession") await deleteUser();
    }),
  });
  const login = { body: { email: user.email, password: PASSWORD } };
  const reply = await overtaken("POST", "/v1/auth/login", login);
  expect([reply.status, reply.body.code]).toEqual([401, "invalid_credentials"]);
  expect(await sessionIds()).toEqual([]);
});

it("a sign-in whose row was read before the deletion is refused for as long as the tombstone stands", async () => {
  const id = parseUserId(user.id);
  const { users, accounts } = ports();
  const found = id.ok ? await users.findById(id.value) : null;
  if (!id.ok || found === null) throw new Error("no such user");
  await deleteUser();
  moveClock(90 * DAY - 1);
  const answer = await accounts.openSession(id.value, {
    ...someSession(),
    seen: authorityOf(found.user),
    second: null,
    cause: CAUSE,
  });
  expect(answer).toEqual({ kind: "refused" });
  expect(await sessionIds()).toEqual([]);
});
