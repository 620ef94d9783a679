import { beforeEach, describe, expect, it } from "vitest";
import type { EventMessage, RecordOutbox } from "../../src/use-cases/events/ports.ts";
import { someMessage } from "../support/event-samples.ts";
import { HOUR, SECOND, someUserId } from "../support/samples.ts";

export type RecordOutboxHarness = {
  readonly outbox: RecordOutbox;
  /** What the batch of an act, or a replay, writes. */
  readonly put: (id: string, message: EventMessage, dueAt: number) => Promise<unknown>;
  readonly ids: () => Promise<string[]>;
};

const MINUTE = 60 * SECOND;
const NOW = 10 * HOUR;

/** @param make gives an empty outbox */
export function recordOutboxContract(make: () => Promise<RecordOutboxHarness>): void {
  describe("RecordOutbox", () => {
    let on: RecordOutboxHarness;

    beforeEach(async () => {
      on = await make();
    });

    /** Those of acts, each due at the time given and happened a moment ago. */
    const putAll = async (...times: number[]): Promise<string[]> => {
      const messages = times.map((dueAt) => ({
        dueAt,
        message: someMessage({ occurredAt: NOW }),
      }));
      for (const { dueAt, message } of messages) await on.put(message.event.id, message, dueAt);
      return messages.map(({ message }) => message.event.id);
    };
    const due = async (now = NOW) => (await on.outbox.due(now, 100)).map(({ id }) => id);

    it("gives what is due, the oldest first and no more than asked, until it is removed", async () => {
      const [late, first, second] = await putAll(NOW + 1, 1, 2);
      expect(await due()).toEqual([first, second]);
      expect(await due(NOW + 1)).toEqual([first, second, late]);
      expect((await on.outbox.due(NOW, 1)).map(({ id }) => id)).toEqual([first]);
      await on.outbox.remove([`${first}`, "evt_of_nobody"]);
      expect(await due(NOW + 1)).toEqual([second, late]);
    });

    it("gives whole messages, and says whether they are kept until they are stored", async () => {
      const own = someMessage();
      const id = someUserId();
      const replayed = someMessage({ seq: 7 }, { kind: "user", id, place: 7 });
      await on.put(own.event.id, own, 1);
      await on.put(replayed.event.id, replayed, 2);
      expect(await on.outbox.due(NOW, 10)).toEqual([
        { id: own.event.id, message: own, isKept: true },
        { id: replayed.event.id, message: replayed, isKept: false },
      ]);
    });

    it("what was sent is due again after a minute, later the longer it waits, an hour at most", async () => {
      const [id] = await putAll(NOW);
      await on.outbox.postpone([`${id}`], NOW);
      expect(await due(NOW + MINUTE - 1)).toEqual([]);
      expect(await due(NOW + MINUTE)).toEqual([id]);
      await on.outbox.postpone([`${id}`], NOW + 10 * MINUTE);
      expect(await due(NOW + 20 * MINUTE - 1)).toEqual([]);
      expect(await due(NOW + 20 * MINUTE)).toEqual([id]);
      await on.outbox.postpone([`${id}`], NOW + 5 * HOUR);
      expect(await due(NOW + 6 * HOUR - 1)).toEqual([]);
      expect(await due(NOW + 6 * HOUR)).toEqual([id]);
    });

    it("what was removed meanwhile is not postponed into being", async () => {
      const [id] = await putAll(1);
      await on.outbox.remove([`${id}`]);
      await on.outbox.postpone([`${id}`], NOW);
      expect(await on.ids()).toEqual([]);
    });

    it("takes as many at once as one sends", async () => {
      const ids = await putAll(...Array.from({ length: 150 }, () => 1));
      await on.outbox.postpone(ids, NOW);
      expect(await due()).toEqual([]);
      await on.outbox.remove(ids);
      expect(await on.ids()).toEqual([]);
    });
  });
}
