import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Email } from "../../../src/domain/accounts/email.ts";
import type { EventMail } from "../../../src/domain/events/event.ts";
import type { UserId } from "../../../src/domain/ids.ts";
import worker from "../../../src/index.ts";
import type { MailRequest } from "../../../src/use-cases/accounts/mail-request.ts";
import type { EventMessage } from "../../../src/use-cases/events/ports.ts";
import { capturedLog } from "../../support/canaries.ts";
import { insertUser } from "../../support/client.ts";
import { EVERYTHING } from "../../support/event-samples.ts";
import { auditTrail, eventually, storedEvents } from "../../support/events.ts";
import { inboxOf } from "../../support/inbox.ts";
import { delayAfter, withoutAuditTrail } from "../../support/queue.ts";
import { someEventId, someId, someUserId } from "../../support/samples.ts";

let log: ReturnType<typeof capturedLog>;
beforeEach(() => {
  log = capturedLog();
});
afterEach(() => log.stop());

/** An API that nobody answers at. */
const WITHOUT_MAIL = { MAIL_TRANSPORT: "http://127.0.0.1:1/emails" };

/** What becomes of messages that come together. */
async function consume(bodies: readonly unknown[], vars: object = {}) {
  const messages = bodies.map((body, i) => ({
    id: String(i),
    timestamp: new Date(),
    attempts: 1,
    body,
  }));
  const batch = createMessageBatch("auth-service-events", messages);
  await worker.queue(batch, { ...env, ...vars });
  const { explicitAcks, retryMessages } = await getQueueResult(batch, createExecutionContext());
  return {
    done: explicitAcks.map(Number).sort(),
    again: retryMessages.map(({ msgId }) => Number(msgId)).sort(),
  };
}

const told = (userId: string, mail?: EventMail): EventMessage => ({
  event: {
    id: someEventId(),
    type: "user.password.changed",
    occurredAt: Date.now(),
    seq: null,
    actor: { kind: "user", id: userId },
    subject: { kind: "user", id: userId as UserId },
    context: { ip: null, userAgent: null, requestId: null },
    outcome: "success",
    reason: null,
    data: {},
  },
  keeper: { kind: "record" },
  ...(mail === undefined ? {} : { mail }),
});

const asked = (email: string): MailRequest => ({
  kind: "mail_request",
  id: `mail_${someId()}`,
  purpose: "reset_password",
  requestedAt: Date.now(),
  email: email as Email,
  from: { ip: null, userAgent: null, requestId: null },
});

/** The audit database, with what happens before a batch reaches it. */
const withBatches = (before: () => Promise<unknown>): D1Database =>
  new Proxy(env.AUDIT_DB, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      if (key !== "batch") return value.bind(target);
      return async (statements: D1PreparedStatement[]) => {
        await before();
        return target.batch(statements);
      };
    },
  });
const answeringAfter = (time: Promise<void>) => withBatches(() => time);
const refusing = (asked: () => void) =>
  withBatches(async () => {
    asked();
    throw new Error("D1_ERROR: injected fault");
  });

const idsIn = async (subject: string) =>
  (await auditTrail().list({ ...EVERYTHING, subject })).map((event) => event.id);

const idsOf = async (subject: string) => (await storedEvents({ subject })).map((event) => event.id);

describe("a message whose mail does not leave", () => {
  it("comes again, though its event is stored, and neither happens twice", async () => {
    const { id, email } = await insertUser(["user"]);
    const message = told(id, { purpose: "password_changed", to: null });
    expect(await consume([message], WITHOUT_MAIL)).toEqual({ done: [], again: [0] });
    expect(await idsOf(id)).toEqual([message.event.id]);
    for (let i = 0; i < 2; i++) {
      expect(await consume([message])).toEqual({ done: [0], again: [] });
    }
    expect(await idsOf(id)).toEqual([message.event.id]);
    expect(await inboxOf(email)).toHaveLength(1);
  });

  it("holds up no other", async () => {
    const { id, email } = await insertUser(["user"]);
    const messages = [
      told(id),
      told(id, { purpose: "password_changed", to: null }),
      asked(email),
      told(id),
      { kind: "mail_request", purpose: "no such purpose" },
      "nonsense",
    ];
    const { done, again } = await consume(messages, WITHOUT_MAIL);
    expect([done, again]).toEqual([
      [0, 3],
      [1, 2, 4, 5],
    ]);
  });
});

it("a provider that takes no more is left alone for as long as it asks", async () => {
  const { id, email } = await insertUser(["user"]);
  const busy = { MAIL_TRANSPORT: `${env.MAIL_TRANSPORT}/busy` };
  for (const body of [asked(email), told(id, { purpose: "password_changed", to: null })]) {
    expect(await delayAfter(1, body, busy)).toBe(900);
    expect(await delayAfter(1, body, WITHOUT_MAIL)).toBe(2);
  }
});

describe("mail does not wait for the audit trail", () => {
  it("which is away: all mail leaves, and an event comes again until it is stored", async () => {
    const { id, email } = await insertUser(["user"]);
    const message = told(id, { purpose: "password_changed", to: null });
    await withoutAuditTrail(async () => {
      const messages = [message, asked(email), told(id)];
      expect(await consume(messages)).toEqual({ done: [1], again: [0, 2] });
    });
    expect(await inboxOf(email)).toHaveLength(2);
    expect(await consume([message])).toEqual({ done: [0], again: [] });
    expect(await idsOf(id)).toEqual([message.event.id]);
    expect(await inboxOf(email)).toHaveLength(2);
  });

  it("which is slow: all mail has left before it answers", async () => {
    const { id, email } = await insertUser(["user"]);
    const messages = [told(id, { purpose: "password_changed", to: null }), asked(email)];
    const answer = Promise.withResolvers<void>();
    const consumed = consume(messages, { AUDIT_DB: answeringAfter(answer.promise) });
    await eventually(async () => (await inboxOf(email)).length === 2);
    expect(await idsIn(id)).toEqual([]);
    answer.resolve();
    expect(await consumed).toEqual({ done: [0, 1], again: [] });
    expect(await idsOf(id)).toHaveLength(1);
  });

  it("which is away: it is asked a few times and no more, however many events came", async () => {
    const ids = Array.from({ length: 100 }, () => told(someUserId()));
    let batches = 0;
    const AUDIT_DB = refusing(() => batches++);
    const { again } = await consume(ids, { AUDIT_DB });
    expect(again).toHaveLength(100);
    expect(batches).toBeLessThan(20);
  });
});

it("one message that comes to many consumers at once leaves once, and later no more", async () => {
  const { email } = await insertUser(["user"]);
  const request = asked(email);
  await Promise.all(Array.from({ length: 5 }, () => consume([request])));
  expect(await consume([request])).toEqual({ done: [0], again: [] });
  const mails = await inboxOf(email);
  expect(mails.map(({ key }) => key)).toEqual([request.id]);
});

it("RAT-11 of a hundred requests in one batch five are mailed, and all are dealt with", async () => {
  const { email } = await insertUser(["user"]);
  const { done } = await consume(Array.from({ length: 100 }, () => asked(email)));
  expect(done).toHaveLength(100);
  expect(await inboxOf(email)).toHaveLength(5);
  expect(log.lines.some((line) => line.includes("mail_withheld"))).toBe(true);
});

it("RAT-11 however much was asked for, that a password was changed is told", async () => {
  const { id, email } = await insertUser(["user"]);
  await consume(Array.from({ length: 10 }, () => asked(email)));
  const { done } = await consume([told(id, { purpose: "password_changed", to: null })]);
  expect(done).toHaveLength(1);
  expect(await inboxOf(email)).toHaveLength(6);
});

it("mail is not stored with its event, and no line of the log names anybody or holds a token", async () => {
  const { id, email } = await insertUser(["user"]);
  const old = "before@example.com" as Email;
  const message = told(id, { purpose: "email_changed", to: old });
  await consume([message, asked(email)], WITHOUT_MAIL);
  await consume([message, asked(email)]);
  const trail = await auditTrail().list({ ...EVERYTHING, subject: id });
  expect(trail).toHaveLength(1);
  for (const text of [JSON.stringify(trail), ...log.lines]) {
    expect(text).not.toMatch(/@example\.com|mt1\./);
  }
  expect(await inboxOf(old)).toHaveLength(1);
});

it.each<[string, (request: MailRequest) => object]>([
  ["another kind", (request) => ({ ...request, kind: "mail" })],
  ["an address in another spelling", (request) => ({ ...request, email: "Ada@Example.com" })],
  ["an id that is none", (request) => ({ ...request, id: "mail_1" })],
  ["a flow that is none", (request) => ({ ...request, purpose: "sign_in_code", flow: "x" })],
  ["nobody's account", (request) => ({ ...request, purpose: "confirm_new_email", userId: "me" })],
])("a request with %s goes the way of dead letters", async (_, spoilt) => {
  const { email } = await insertUser(["user"]);
  expect(await consume([spoilt(asked(email))])).toEqual({ done: [], again: [0] });
  expect(await inboxOf(email)).toEqual([]);
});
