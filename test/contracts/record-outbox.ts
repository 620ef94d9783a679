import { beforeEach, describe, expect, it } from "vitest";
import { LONGEST_PATIENCE, nextDue } from "../../src/domain/events/patience.ts";
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
    const claim = async (now = NOW, limit = 100, from: "newest" | "oldest" = "oldest") =>
      (await on.outbox.claim(now, limit, from)).map(({ id }) => id).sort();
    const sorted = (...ids: (string | undefined)[]) => ids.sort();

    it("gives what is due, and no more than asked, until it is removed", async () => {
      const [late, first, second] = await putAll(NOW + 1, 1, 2);
      expect(await claim(NOW, 1)).toEqual([first]);
      expect(await claim()).toEqual([second]);
      expect(await claim(NOW + 1)).toEqual([late]);
      await on.outbox.remove([`${first}`, "evt_of_nobody"]);
      expect(await claim(NOW + HOUR)).toEqual(sorted(second, late));
    });

    it("gives the newest where a crowd waits, or the oldest", async () => {
      const crowd = await putAll(...Array.from({ length: 150 }, () => 5));
      const [oldest, newest] = await putAll(1, NOW);
      expect(await claim(NOW, 100, "newest")).toContain(newest);
      expect(await claim(NOW, 10, "oldest")).toContain(oldest);
      const left = await claim();
      expect(left).toHaveLength(42);
      expect(crowd).toEqual(expect.arrayContaining(left));
    });

    it("gives each to one of many who ask at once", async () => {
      const ids = await putAll(...Array.from({ length: 30 }, () => 1));
      const claims = await Promise.all(Array.from({ length: 5 }, () => claim(NOW, 10)));
      expect(claims.flat().sort()).toEqual(ids.sort());
    });

    it("gives whole messages, and says whether they are kept until they are stored", async () => {
      const own = someMessage();
      const id = someUserId();
      const replayed = someMessage({ seq: 7 }, { kind: "user", id, place: 7 });
      await on.put(own.event.id, own, 1);
      await on.put(replayed.event.id, replayed, 2);
      expect(await on.outbox.claim(NOW, 1, "oldest")).toEqual([
        { id: own.event.id, message: own, isKept: true },
      ]);
      expect(await on.outbox.claim(NOW, 1, "oldest")).toEqual([
        { id: replayed.event.id, message: replayed, isKept: false },
      ]);
    });

    it.each([0, MINUTE, 10 * MINUTE, 50 * MINUTE, 5 * HOUR, -HOUR])(
      "what is claimed %i ms after its act is due again when patience ends",
      async (waited) => {
        const [id] = await putAll(1);
        const now = NOW + waited;
        expect(await claim(now)).toEqual([id]);
        const due = nextDue(NOW, now);
        expect(await claim(due - 1)).toEqual([]);
        expect(await claim(due)).toEqual([id]);
      },
    );

    it("what a clock that was ahead put off for longer than anything waits is due", async () => {
      const [late, tooLate] = await putAll(NOW + LONGEST_PATIENCE, NOW + LONGEST_PATIENCE + 1);
      expect(await claim()).toEqual([tooLate]);
      expect(await claim(NOW + LONGEST_PATIENCE)).toEqual(sorted(late, tooLate));
    });

    it("takes as many at once as one sends", async () => {
      const ids = await putAll(...Array.from({ length: 150 }, () => 1));
      expect(await claim(NOW, 150)).toEqual(sorted(...ids));
      await on.outbox.remove(ids);
      expect(await on.ids()).toEqual([]);
    });
  });
}
