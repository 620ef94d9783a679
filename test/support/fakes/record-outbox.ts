import type { EventMessage, RecordOutbox } from "../../../src/use-cases/events/ports.ts";

const FIRST_PATIENCE = 60_000;
const LONGEST_PATIENCE = 60 * 60_000;

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
    async due(now, limit) {
      return [...rows]
        .filter(([, { dueAt }]) => dueAt <= now)
        .sort(([a, one], [b, other]) => one.dueAt - other.dueAt || (a < b ? -1 : 1))
        .slice(0, limit)
        .map(([id, { message }]) => ({
          id,
          message,
          isKept: message.keeper.kind === "record",
        }));
    },
    async postpone(ids, now) {
      for (const id of ids) {
        const row = rows.get(id);
        if (row === undefined) continue;
        const waited = Math.max(now - row.message.event.occurredAt, FIRST_PATIENCE);
        rows.set(id, { ...row, dueAt: now + Math.min(waited, LONGEST_PATIENCE) });
      }
    },
    async remove(ids) {
      for (const id of ids) rows.delete(id);
    },
  };
}
