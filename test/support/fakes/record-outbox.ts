import { LONGEST_PATIENCE, nextDue } from "../../../src/domain/events/patience.ts";
import type { EventMessage, RecordOutbox } from "../../../src/use-cases/events/ports.ts";

export type MemoryRecordOutbox = RecordOutbox & {
  /** What the batch of an act, or a replay, writes. */
  put(id: string, message: EventMessage, dueAt: number): Promise<void>;
  ids(): string[];
};

export function memoryRecordOutbox(): MemoryRecordOutbox {
  const rows = new Map<string, { message: EventMessage; dueAt: number }>();
  return {
    put: async (id, message, dueAt) => void rows.set(id, { message, dueAt }),
    ids: () => [...rows.keys()].sort(),
    async claim(now, limit, from) {
      const sign = from === "newest" ? -1 : 1;
      const claimed = [...rows]
        .filter(([, { dueAt }]) => dueAt <= now || dueAt > now + LONGEST_PATIENCE)
        .sort(([a, one], [b, other]) => sign * (one.dueAt - other.dueAt) || (a < b ? -1 : 1))
        .slice(0, limit);
      for (const [id, { message }] of claimed) {
        rows.set(id, { message, dueAt: nextDue(message.event.occurredAt, now) });
      }
      return claimed.map(([id, { message }]) => ({
        id,
        message,
        isKept: message.keeper.kind === "record",
      }));
    },
    async remove(ids) {
      for (const id of ids) rows.delete(id);
    },
  };
}
