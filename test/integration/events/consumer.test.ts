import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it } from "vitest";
import { NOT_DELIVERED } from "../../../src/use-cases/events/bury-message.ts";
import type { EventMessage } from "../../../src/use-cases/events/ports.ts";
import { capturedLog } from "../../support/canaries.ts";
import { newUser } from "../../support/client.ts";
import { EVERYTHING, someEvent, someMessage } from "../../support/event-samples.ts";
import { auditTrail, storedEvents } from "../../support/events.ts";
import { runFeed } from "../../support/feed.ts";
import {
  DEAD_LETTERS,
  delayAfter,
  deliver,
  QUEUE,
  withoutAuditTrail,
} from "../../support/queue.ts";
import { someUserId } from "../../support/samples.ts";

/* The consumer of the queue, and of its dead letters. */

let log: ReturnType<typeof capturedLog>;
beforeEach(async () => {
  log = capturedLog();
  await env.DB.batch([
    env.DB.prepare("delete from dead_letters"),
    env.DB.prepare("delete from outbox"),
  ]);
});
afterEach(() => log.stop());

const MALFORMED: unknown[] = [
  null,
  "text",
  {},
  { ...someMessage(), keeper: { kind: "nobody" } },
  { ...someMessage(), keeper: { kind: "user", id: "usr_x", place: 1 } },
  { ...someMessage(), event: { ...someEvent(), type: "user.turned_into_a_frog" } },
  { ...someMessage(), event: { ...someEvent(), subject: { kind: "user", id: "svc_x" } } },
  someMessage({ seq: 0 }),
  someMessage({ id: "evt_x" }),
];

const idOf = ({ event }: EventMessage) => event.id;

async function storedIds(): Promise<string[]> {
  const { results } = await env.AUDIT_DB.prepare("select id from events").all<{ id: string }>();
  return results.map(({ id }) => id);
}

async function letters() {
  const { results } = await env.DB.prepare(
    "select id, message, reason, died_at from dead_letters order by id",
  ).all<{ id: string; message: string; reason: string; died_at: number }>();
  return results;
}

const lines = (event: string) => log.lines.filter((line) => line.includes(`"event":"${event}"`));

it("messages that come twice, and out of order, are stored once", async () => {
  const userId = someUserId();
  const messages = [3, 1, 2].map((seq) =>
    someMessage({ seq, subject: { kind: "user", id: userId } }),
  );
  expect(await deliver(QUEUE, messages)).toMatchObject({ acknowledged: [0, 1, 2], again: [] });
  await deliver(QUEUE, [...messages, ...messages].reverse());
  const stored = await storedEvents({ subject: userId });
  expect(stored.map(({ seq }) => seq).sort()).toEqual([1, 2, 3]);
});

it("a message that cannot be read comes again, and holds up no other", async () => {
  const good = [someMessage(), someMessage()];
  const bodies = [...MALFORMED, ...good];
  const { acknowledged, again } = await deliver(QUEUE, bodies);
  expect(again).toEqual(MALFORMED.map((_, at) => at));
  expect(acknowledged).toEqual([MALFORMED.length, MALFORMED.length + 1]);
  expect(await storedIds()).toEqual(expect.arrayContaining(good.map(idOf)));
  expect(lines("message_not_delivered")).toHaveLength(MALFORMED.length);
});

it("each try waits longer, ten minutes at most", async () => {
  const delays = [];
  for (const attempts of [1, 2, 3, 8, 9, 30]) delays.push(await delayAfter(attempts));
  expect(delays).toEqual([2, 4, 8, 256, 512, 600]);
});

it("without the audit trail nothing is acknowledged, and all is stored once it is back", async () => {
  const messages = [someMessage(), someMessage()];
  await withoutAuditTrail(async () => {
    expect(await deliver(QUEUE, messages)).toMatchObject({ acknowledged: [], again: [0, 1] });
  });
  expect(await deliver(QUEUE, messages)).toMatchObject({ acknowledged: [0, 1], again: [] });
  expect(await storedIds()).toEqual(expect.arrayContaining(messages.map(idOf)));
});

it("a service that is misconfigured loses no message", async () => {
  const delivered = await deliver(QUEUE, [someMessage()], { ISSUER: "nonsense" });
  expect(delivered).toEqual({ acknowledged: [], again: [], isWholeAgain: true });
  expect(lines("misconfigured")).toHaveLength(1);
});

it("a dead letter is kept whole, under its event's id, with the reason and the time, once", async () => {
  const message = someMessage();
  const bodies = [message, { kind: "something newer", id: 7 }, ...MALFORMED.slice(0, 1)];
  const before = Date.now();
  for (let i = 0; i < 2; i++) {
    expect(await deliver(DEAD_LETTERS, bodies)).toMatchObject({ acknowledged: [0, 1, 2] });
  }
  const kept = await letters();
  expect(kept.map(({ message: text }) => JSON.parse(text))).toEqual(expect.arrayContaining(bodies));
  expect(Object.fromEntries(kept.map(({ id, reason }) => [id, reason]))).toEqual({
    [idOf(message)]: NOT_DELIVERED,
    "1": "malformed event",
    "2": "malformed",
  });
  for (const { died_at } of kept) expect(died_at).toBeGreaterThanOrEqual(before);
});

it("a dead letter that D1 does not take stays in the queue", async () => {
  await env.DB.prepare("alter table dead_letters rename to dead_letters_away").run();
  const delivered = await deliver(DEAD_LETTERS, [someMessage()]);
  await env.DB.prepare("alter table dead_letters_away rename to dead_letters").run();
  expect(delivered).toMatchObject({ acknowledged: [], again: [0] });
  expect(await letters()).toEqual([]);
});

it("a dead letter that an operator puts into the outbox is sent whole by the next run, and stored once", async () => {
  const user = await newUser();
  const [event] = await storedEvents({ subject: user.id });
  if (event === undefined) throw new Error("an event was expected");
  await env.AUDIT_DB.prepare("delete from events where id = ?").bind(event.id).run();
  const message = { event, keeper: { kind: "user", id: user.id, place: event.seq } };
  await deliver(DEAD_LETTERS, [message, someMessage()]);
  for (let i = 0; i < 2; i++) {
    await env.DB.prepare(
      "insert into outbox (id, message, due_at) select id, message, 0 from dead_letters where true",
    ).run();
    await runFeed();
    expect(await storedEvents({ subject: user.id })).toEqual([event]);
    expect(await storedIds()).toEqual(
      expect.arrayContaining((await letters()).map(({ id }) => id)),
    );
  }
});

it("what is dead and malformed dies again, and is in the outbox no more", async () => {
  const strange = JSON.stringify({ kind: "something newer" });
  await env.DB.prepare("insert into outbox (id, message, due_at) values ('x', ?, 0)")
    .bind(strange)
    .run();
  await runFeed();
  const { results } = await env.DB.prepare("select id from outbox").all();
  expect(results).toEqual([]);
});

it("old events are removed by the run of the minute, and no others", async () => {
  const DAY = 24 * 60 * 60 * 1_000;
  const userId = someUserId();
  const aged = (days: number) =>
    someMessage({
      occurredAt: Date.now() - days * DAY,
      subject: { kind: "user", id: userId },
    });
  await deliver(QUEUE, [1, 6, 8, 100].map(aged));
  const ages = async () => {
    const events = await auditTrail().list({ ...EVERYTHING, subject: userId });
    return events.map(({ occurredAt }) => Math.round((Date.now() - occurredAt) / DAY));
  };
  await runFeed();
  expect(await ages()).toEqual([1, 6, 8]);
  await runFeed({ AUDIT_RETENTION: String((7 * DAY) / 1_000) });
  expect(await ages()).toEqual([1, 6]);
});

it("without the audit trail the run of the minute still does its other work, and says so", async () => {
  const message = someMessage();
  await env.DB.prepare("insert into outbox (id, message, due_at) values (?, ?, 0)")
    .bind(message.event.id, JSON.stringify(message))
    .run();
  await withoutAuditTrail(async () => {
    await expect(runFeed()).rejects.toThrow("d1 is unavailable");
  });
  const row = await env.DB.prepare("select due_at from outbox").first<{ due_at: number }>();
  expect(row?.due_at).toBeGreaterThan(Date.now());
  expect(lines("cron_failed")).toHaveLength(1);
});
