import { describe, expect, it } from "vitest";
import { SYSTEM } from "../../../src/domain/access/actor.ts";
import { sendEventMail } from "../../../src/use-cases/accounts/send-event-mail.ts";
import { NOT_DELIVERED } from "../../../src/use-cases/events/bury-message.ts";
import { deliverEvents } from "../../../src/use-cases/events/deliver-events.ts";
import type { EventMessage } from "../../../src/use-cases/events/ports.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { unwrapped } from "../../support/answers.ts";
import { someMessage } from "../../support/event-samples.ts";
import { memoryAuditTrail } from "../../support/fakes/audit-trail.ts";
import { memoryDeadLetters } from "../../support/fakes/dead-letters.ts";
import { memoryRecordOutbox } from "../../support/fakes/record-outbox.ts";
import { memoryService } from "../../support/memory-service.ts";
import { atEveryCall, type PortFaults, SINGLE_FAULTS } from "../../support/port-faults.ts";
import { SECOND } from "../../support/samples.ts";

function service() {
  const memory = memoryService();
  const audit = memoryAuditTrail();
  const recordOutbox = memoryRecordOutbox();
  const deadLetters = memoryDeadLetters();
  const depsThrough = (faults: PortFaults | null) => ({
    notify: memory.deps.notify,
    accounts: memory.deps.accounts,
    throttle: memory.deps.throttle,
    sendEventMail: (message: EventMessage) =>
      sendEventMail(faults === null ? memory.deps : memory.through(faults), SYSTEM, message),
    audit: faults === null ? audit : faults.wrap(audit),
    recordOutbox: faults === null ? recordOutbox : faults.wrap(recordOutbox),
    erasures: audit,
    deadLetters,
  });
  /** Kept in the outbox, with a notice to its user. */
  const tell = async (): Promise<EventMessage> => {
    const { id } = await memory.register();
    const mail = { purpose: "password_changed", to: null } as const;
    const message = { ...someMessage({ subject: { kind: "user", id } }), mail };
    await recordOutbox.put(message.event.id, message, 0);
    return message;
  };
  const deliver = async (messages: readonly EventMessage[], faults: PortFaults | null = null) =>
    unwrapped(await deliverEvents(depsThrough(faults), SYSTEM, messages));
  const stored = () => audit.stored().map(({ id }) => id);
  const sent = () => memory.sent.map(({ idempotencyKey }) => idempotencyKey);
  const { advance } = memory;
  return { advance, audit, recordOutbox, deadLetters, tell, deliver, depsThrough, stored, sent };
}

describe("delivering events", () => {
  it.each(SINGLE_FAULTS)(
    "whatever breaks (%s), what is not both stored and mailed comes again, and its keeper keeps it",
    async (kind) => {
      const broken = await atEveryCall(kind, async (faults) => {
        const on = service();
        const messages = [await on.tell(), await on.tell()];
        const ids = messages.map(({ event }) => event.id).sort();
        const failed = await on.deliver(messages, faults);
        for (const message of messages.filter((one) => !failed.has(one))) {
          expect(on.stored()).toContain(message.event.id);
          expect(on.sent()).toContain(message.event.id);
        }
        const again = [...failed.keys()].map(({ event }) => event.id);
        expect(on.recordOutbox.ids()).toEqual(expect.arrayContaining(again));
        faults.end();
        on.advance(30 * SECOND); // a claim whose holder broke off has ended
        expect(await on.deliver(messages)).toEqual(new Map());
        expect(on.stored().sort()).toEqual(ids);
        expect([...new Set(on.sent())].sort()).toEqual(ids);
        expect(on.recordOutbox.ids()).toEqual([]);
      });
      expect(broken).toEqual(
        expect.arrayContaining(["store", "claim", "send", "markSent", "remove"]),
      );
    },
  );

  it("a copy that died is forgotten once another is stored and mailed, and not before", async () => {
    const on = service();
    const [message, other] = [await on.tell(), await on.tell()];
    for (const { event } of [message, other]) {
      await on.deadLetters.keep(event.id, message, NOT_DELIVERED, 1);
    }
    const left = () => on.deadLetters.all().map(({ id }) => id);
    const audit = { ...on.audit, store: () => Promise.reject(new Unavailable("d1")) };
    await deliverEvents({ ...on.depsThrough(null), audit }, SYSTEM, [message]);
    expect(left()).toEqual([message.event.id, other.event.id]);
    await on.deliver([message]);
    expect(left()).toEqual([other.event.id]);
  });

  it("one event that cannot be stored holds up no other", async () => {
    const on = service();
    const messages = await Promise.all(Array.from({ length: 40 }, () => on.tell()));
    const bad = messages[7];
    const deps = on.depsThrough(null);
    const audit: typeof deps.audit = {
      ...on.audit,
      async store(events) {
        if (events.some(({ id }) => id === bad?.event.id)) throw new Unavailable("d1");
        await on.audit.store(events);
      },
    };
    const failed = unwrapped(await deliverEvents({ ...deps, audit }, SYSTEM, messages));
    expect([...failed.keys()]).toEqual([bad]);
    expect(on.recordOutbox.ids()).toEqual([bad?.event.id]);
    expect(on.sent()).toHaveLength(40);
  });
});
