import { beforeEach, describe, expect, it } from "vitest";
import { SYSTEM } from "../../../src/domain/access/actor.ts";
import type { EventMessage } from "../../../src/use-cases/events/ports.ts";
import { sendRecordEvents } from "../../../src/use-cases/events/send-record-events.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { someMessage } from "../../support/event-samples.ts";
import { memoryRecordOutbox } from "../../support/fakes/record-outbox.ts";
import { atEveryCall, FAULTS, outcomeOf, type PortFaults } from "../../support/port-faults.ts";
import { HOUR, someUserId } from "../../support/samples.ts";

function service() {
  const recordOutbox = memoryRecordOutbox();
  const sent: EventMessage[][] = [];
  let asked = 0;
  const eventQueue = {
    async send(messages: readonly EventMessage[]) {
      asked++;
      if (messages.some(on.refuse)) throw new Unavailable("queue");
      await on.whileSending();
      sent.push([...messages]);
    },
  };
  const time = { now: Date.UTC(2026, 0, 1) };
  const clock = () => time.now;
  const put = async (message: EventMessage): Promise<string> => {
    await recordOutbox.put(message.event.id, message, time.now);
    return message.event.id;
  };
  const run = (faults?: PortFaults) => {
    const wrapped = faults === undefined ? undefined : faults.wrap(recordOutbox);
    const queue = faults === undefined ? eventQueue : faults.wrap(eventQueue);
    return sendRecordEvents(
      { recordOutbox: wrapped ?? recordOutbox, eventQueue: queue, clock },
      SYSTEM,
    );
  };
  const sentIds = () => sent.flat().map(({ event }) => event.id);
  const on = {
    ...{ recordOutbox, sent, sentIds, put, run, time, asked: () => asked },
    refuse: (_: EventMessage): boolean => false,
    whileSending: async () => {},
  };
  return on;
}

/** A dead letter that was put back: an object keeps its event. */
const replayed = () => someMessage({ seq: 3 }, { kind: "user", id: someUserId(), place: 3 });

describe("sending what waits in D1", () => {
  let on: ReturnType<typeof service>;
  beforeEach(() => {
    on = service();
  });

  it("sends nothing where nothing waits", async () => {
    await on.run();
    expect(on.sent).toEqual([]);
  });

  it("the record's own events stay until they are stored, and are sent again until then", async () => {
    const id = await on.put(someMessage({ occurredAt: on.time.now }));
    await on.run();
    await on.run();
    expect(on.sentIds()).toEqual([id]);
    on.time.now += HOUR;
    await on.run();
    expect(on.sentIds()).toEqual([id, id]);
    expect(on.recordOutbox.ids()).toEqual([id]);
  });

  it("what was sent again by an operator goes whole, and once", async () => {
    const message = replayed();
    await on.put(message);
    await on.run();
    expect(on.sent).toEqual([[message]]);
    expect(on.recordOutbox.ids()).toEqual([]);
  });

  it("a backlog goes out in batches, a thousand in a run", async () => {
    for (let at = 0; at < 1_150; at++) await on.put(someMessage({ occurredAt: on.time.now }));
    await on.run();
    expect(on.sent.map((batch) => batch.length)).toEqual(Array.from({ length: 10 }, () => 100));
    await on.run();
    expect(new Set(on.sentIds()).size).toBe(1_150);
  });

  it("what an import makes does not hold up what came after it", async () => {
    for (let at = 0; at < 6_000; at++) await on.put(someMessage({ occurredAt: on.time.now }));
    on.time.now += 1;
    const id = await on.put(someMessage({ occurredAt: on.time.now }));
    await on.run();
    expect(on.sent[0]?.map(({ event }) => event.id)).toContain(id);
  });

  it("what comes while it sends leaves with it", async () => {
    const first = await on.put(someMessage({ occurredAt: on.time.now }));
    let late: string | null = null;
    on.whileSending = async () => {
      late ??= await on.put(someMessage({ occurredAt: on.time.now }));
    };
    await on.run();
    expect(on.sentIds()).toEqual([first, late]);
  });

  it("many who send at once send each message once", async () => {
    for (let at = 0; at < 250; at++) await on.put(someMessage({ occurredAt: on.time.now }));
    await Promise.all(Array.from({ length: 5 }, () => on.run()));
    expect(on.sentIds()).toHaveLength(250);
    expect(new Set(on.sentIds()).size).toBe(250);
  });

  it("a message that the queue never takes holds up no other, and the run says so", async () => {
    const bad = [await on.put(someMessage()), await on.put(replayed())];
    const good = [];
    for (let at = 0; at < 150; at++) good.push(await on.put(at % 2 ? someMessage() : replayed()));
    on.refuse = (message) => bad.includes(message.event.id);
    for (let tries = 0; tries < 3; tries++) {
      for (let runs = 0; runs < 2; runs++) await outcomeOf(on.run());
      expect(new Set(on.sentIds())).toEqual(new Set(good));
      on.time.now += HOUR;
    }
    expect(on.recordOutbox.ids()).toEqual(expect.arrayContaining(bad));
    on.refuse = () => true;
    await expect(on.run()).rejects.toThrow("queue is unavailable");
  });

  it("without the queue it asks a few times and no more", async () => {
    for (let at = 0; at < 500; at++) await on.put(someMessage());
    on.refuse = () => true;
    await expect(on.run()).rejects.toThrow("queue is unavailable");
    expect(on.asked()).toBeLessThan(20);
  });

  it.each(FAULTS)("whatever breaks (%s), nothing leaves that was not sent", async (kind) => {
    const broken = await atEveryCall(kind, async (faults) => {
      on = service();
      const [own, other] = [await on.put(someMessage()), await on.put(replayed())];
      await outcomeOf(on.run(faults));
      const gone = [own, other].filter((id) => !on.recordOutbox.ids().includes(id));
      for (const id of gone) expect(on.sentIds()).toContain(id);
      faults.end();
      on.time.now += HOUR;
      await on.run();
      expect(new Set(on.sentIds())).toEqual(new Set([own, other]));
      expect(on.recordOutbox.ids()).toEqual([own]);
    });
    expect(new Set(broken)).toEqual(new Set(["claim", "send", "remove"]));
  });
});
