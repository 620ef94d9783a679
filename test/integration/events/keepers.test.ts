import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import type { Env } from "../../../src/bindings.ts";
import { parseUserId } from "../../../src/domain/ids.ts";
import { UserObject } from "../../../src/persistence/durable/accounts/user-object.ts";
import { LoginThrottleObject } from "../../../src/persistence/durable/credentials/login-throttle-object.ts";
import { KvOutbox } from "../../../src/persistence/durable/events/kv-outbox.ts";
import {
  call,
  freshEmail,
  newAdmin,
  newUser,
  PASSWORD,
  refresh,
  register,
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { eventually, keptBy, storedEvents } from "../../support/events.ts";
import { runFeed } from "../../support/feed.ts";
import { DAY, MINUTE, moveClock, SECOND, stopClock } from "../../support/moving-clock.ts";
import { deliver, faultyQueue, QUEUE, withoutAuditTrail } from "../../support/queue.ts";
import { ACCOUNT_POLICY, CAUSE } from "../../support/samples.ts";
import {
  crashAtCommit,
  dumpObject,
  userObject,
  withoutTable,
  withoutWriting,
} from "../../support/storage.ts";
import { failuresOf, throttleOf } from "../../support/throttle.ts";

/* Whoever keeps an event keeps it until it is stored, whatever breaks on the way. */

let admin: SignedIn;
let user: SignedIn;

beforeAll(async () => {
  admin = await newAdmin();
});

beforeEach(async () => {
  user = await newUser();
  await storedEvents({ subject: user.id });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const alarm = (id = user.id) => runDurableObjectAlarm(userObject(id));
const typesOf = async (id = user.id) =>
  (await storedEvents({ subject: id })).map(({ type, seq }) => `${seq} ${type}`);

function envWith(queue: unknown): Env {
  const overrides: Record<string, unknown> = { EVENTS: queue };
  return { ...env, ...overrides };
}

/** The user's object once more, over the same storage and another queue. */
function withQueue<T>(queue: unknown, work: (object: UserObject) => Promise<T>): Promise<T> {
  return runInDurableObject(userObject(user.id), (_, state) =>
    work(new UserObject(state, envWith(queue))),
  );
}

function to() {
  const id = parseUserId(user.id);
  if (!id.ok) throw new Error("an id was expected");
  return { userId: id.value, policy: ACCOUNT_POLICY };
}

it("an outage of the audit trail loses nothing: all is stored once it is back, and once", async () => {
  const email = freshEmail();
  await withoutAuditTrail(async () => {
    await signIn(user.email);
    await register(email);
    const path = `/v1/users/${user.id}/roles/admin`;
    for (const method of ["PUT", "DELETE"]) {
      expect((await call(method, path, { token: admin.accessToken })).status).toBe(204);
    }
    expect(await keptBy(user.id)).toHaveLength(3);
  });
  // Nobody waits for the retries of the queue here: those who keep the events send them again.
  moveClock(2 * MINUTE);
  await alarm();
  await runFeed();
  expect(await typesOf()).toEqual([
    "1 session.opened",
    "2 session.opened",
    "3 user.role.assigned",
    "4 user.role.removed",
  ]);
  const { id } = await signIn(email);
  expect(await typesOf(id)).toEqual(["null user.registered", "1 session.opened"]);
});

it("a queue that takes nothing costs no act, and the alarm sends again, ever later", async () => {
  stopClock();
  const { state, queue } = faultyQueue();
  const ended = await withQueue(queue, async (object) => {
    const count = await object.endSessions(to(), "all", CAUSE);
    await eventually(async () => state.refused === 1);
    for (const wait of [MINUTE, MINUTE, 2 * MINUTE, 4 * MINUTE]) {
      const refused = state.refused;
      moveClock(wait - 1);
      await object.alarm();
      expect(state.refused).toBe(refused);
      moveClock(1);
      await object.alarm();
      await eventually(async () => state.refused === refused + 1);
    }
    moveClock(30 * DAY);
    await object.alarm();
    await eventually(async () => state.refused === 6);
    state.isDown = false;
    moveClock(60 * MINUTE);
    await object.alarm();
    return count;
  });
  expect(ended).toBe(1);
  expect(await typesOf()).toEqual(["1 session.opened", "2 session.revoked"]);
});

it("a long outage leaves more than one sends at once: all of it goes, in order", async () => {
  const { state, queue } = faultyQueue();
  await withQueue(queue, async (object) => {
    for (let at = 0; at < 250; at++) {
      await object.failProof(to(), { failures: 1, userId: to().userId, cause: CAUSE });
    }
    state.isDown = false;
    moveClock(2 * MINUTE);
    await object.alarm();
  });
  await eventually(async () => (await keptBy(user.id)).length === 0);
  const stored = await storedEvents({ subject: user.id });
  const places = stored.map(({ seq }) => seq ?? 0).sort((a, b) => a - b);
  expect(places).toEqual(Array.from({ length: 251 }, (_, at) => at + 1));
  // Of all that was there a single row is left: the place of the last.
  const { pairs } = await dumpObject(userObject(user.id));
  const rows = Object(pairs).filter(([key]: [string]) => key.startsWith("event/"));
  expect(rows).toEqual([["event/000000000000251", null]]);
});

it("an object that was put away goes on numbering where it was", async () => {
  await evictDurableObject(userObject(user.id));
  await signIn(user.email);
  expect(await typesOf()).toEqual(["1 session.opened", "2 session.opened"]);
});

it("confirmations that come twice, late or for what was never told change nothing", async () => {
  const { queue } = faultyQueue();
  await withQueue(queue, async (object) => {
    await object.endSessions(to(), "all", CAUSE);
    await object.confirmEvents([1, 1, 7, 0, -3]);
  });
  expect(await keptBy(user.id)).toHaveLength(1);
  await userObject(user.id).confirmEvents([2]);
  await userObject(user.id).confirmEvents([2]);
  expect(await keptBy(user.id)).toEqual([]);
  await signIn(user.email);
  expect((await storedEvents({ subject: user.id })).map(({ seq }) => seq)).toEqual([1, 3]);
});

it("a confirmation for an object that is not there makes none", async () => {
  const nobody = `usr_${"C".repeat(21)}A`;
  await userObject(nobody).confirmEvents([1, 2]);
  expect(await dumpObject(userObject(nobody))).toEqual({ pairs: [], tables: {} });
});

it("CFW-05 a session that could not be told is not opened, and one that is not opened is not told", async () => {
  vi.spyOn(KvOutbox.prototype, "add").mockImplementationOnce(() => {
    throw new Error("the object dies here");
  });
  const body = { email: user.email, password: PASSWORD };
  expect((await call("POST", "/v1/auth/login", { body })).status).toBeGreaterThanOrEqual(500);
  const { body: listed } = await call("GET", "/v1/auth/sessions", { token: user.accessToken });
  expect(listed.sessions).toHaveLength(1);
  expect(await typesOf()).toEqual(["1 session.opened"]);
});

it("CFW-05 a change that dies at its commit is told when it is settled, once and with its own actor", async () => {
  crashAtCommit();
  const change = () =>
    call("PUT", `/v1/users/${user.id}/roles/admin`, { token: admin.accessToken });
  expect((await change()).status).toBe(503);
  expect(await typesOf()).toEqual(["1 session.opened"]);
  expect((await refresh(user.refreshToken)).status).toBe(200);
  expect((await change()).status).toBe(204);
  expect(await typesOf()).toEqual(["1 session.opened", "2 user.role.assigned"]);
  const [event] = await storedEvents({ subject: user.id, type: "user.role" });
  expect(event?.actor).toEqual({ kind: "user", id: admin.id });
});

it("CFW-05 nor is a change told that D1 did not make, in the object or in D1 alone", async () => {
  const path = `/v1/users/${user.id}/roles/admin`;
  const email = freshEmail();
  await withoutWriting("users", async () => {
    expect((await call("PUT", path, { token: admin.accessToken })).status).toBe(503);
    const body = { email, password: PASSWORD };
    expect((await call("POST", "/v1/auth/register", { body })).status).toBe(503);
  });
  await refresh(user.refreshToken);
  expect(await typesOf()).toEqual(["1 session.opened"]);
  expect(await storedEvents({ type: "user.role", subject: user.id })).toEqual([]);
  const registered = await storedEvents({ type: "user.registered", since: Date.now() - SECOND });
  expect(registered).toEqual([]);
});

it("CFW-05 an act in D1 alone is not done where its event cannot be written", async () => {
  const email = freshEmail();
  const body = { email, password: PASSWORD };
  const reply = await withoutTable("outbox", () => call("POST", "/v1/auth/register", { body }));
  expect(reply.status).toBe(503);
  const query = env.DB.prepare("select id from users where email = ?").bind(email);
  expect(await query.first()).toBeNull();
});

it("an object whose user was deleted is not emptied before its events are stored", async () => {
  const { state, queue } = faultyQueue();
  await withQueue(queue, async (object) => {
    const command = {
      changeId: "a deletion",
      change: { kind: "delete" },
      ifVersion: null,
    } as const;
    await object.change(to(), { ...command, cause: CAUSE });
    moveClock(91 * DAY);
    await object.alarm();
    await eventually(async () => state.refused > 1);
  });
  expect(await keptBy(user.id)).toHaveLength(1);
  await evictDurableObject(userObject(user.id));
  await alarm();
  expect(await typesOf()).toEqual(["1 session.opened", "2 user.deleted"]);
  await alarm();
  expect(await dumpObject(userObject(user.id))).toEqual({ pairs: [], tables: {} });
});

/** The object of a login name over another queue. */
const throttleWith = <T>(queue: unknown, work: (object: LoginThrottleObject) => Promise<T>) =>
  runInDurableObject(throttleOf(user.email), (_, state) =>
    work(new LoginThrottleObject(state, envWith(queue))),
  );

const failed = () => ({ failures: 1, userId: to().userId, cause: CAUSE });

it("a login name's object keeps its events though its count is cleared, and is empty after that", async () => {
  const { state, queue } = faultyQueue();
  await throttleWith(queue, async (object) => {
    await object.reserve();
    await object.fail(failed());
    await object.clear();
    expect(await failuresOf(user.email)).toBe(0);
    await eventually(async () => state.refused === 1);
    state.isDown = false;
    moveClock(2 * MINUTE);
    await object.alarm();
  });
  await eventually(async () => {
    return (await storedEvents({ subject: user.id, type: "sign_in" })).length === 1;
  });
  await eventually(async () => {
    const { pairs } = await dumpObject(throttleOf(user.email));
    return Object(pairs).length === 0;
  });
});

it("a login name's object that was emptied tells anew at once, and hears no confirmation of before", async () => {
  const sent: MessageSendRequest[] = [];
  const spy = {
    sendBatch: async (messages: Iterable<MessageSendRequest>) => void sent.push(...messages),
  };
  await throttleWith(spy, async (object) => {
    await object.fail(failed());
    await eventually(async () => sent.length === 1);
    const { keeper } = Object(sent[0]?.body);
    await object.confirmEvents([keeper.place]);
    await object.clear();
    moveClock(SECOND);
    await object.fail(failed());
    await eventually(async () => sent.length === 2);
  });
  // The first message comes once more, late: it must confirm nothing but itself.
  await deliver(QUEUE, [sent[0]?.body]);
  const { pairs } = await dumpObject(throttleOf(user.email));
  expect(Object(pairs).map(([, event]: [string, { id: string }]) => event.id)).toEqual([
    Object(sent[1]?.body).event.id,
  ]);
});
