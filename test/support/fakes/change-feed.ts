import { parseUserId, type UserId } from "../../../src/domain/ids.ts";
import type { ChangeFeed, NotedChange } from "../../../src/use-cases/accounts/ports.ts";

export type MemoryFeed = ChangeFeed & {
  readonly note: (...userIds: string[]) => Promise<void>;
  readonly mark: (userId: string) => Promise<unknown>;
  readonly size: () => number;
  /** The accounts whose deletion would be told if their rows were gone. */
  readonly untold: readonly UserId[];
};

export function memoryChangeFeed(): MemoryFeed {
  /** By number, in order. */
  const entries = new Map<number, string>();
  const marks = new Set<string>();
  let last = 0;

  const note = async (...userIds: string[]) => {
    for (const userId of userIds) entries.set(++last, userId);
  };

  const told: UserId[] = [];
  const forget = async (seqs: readonly number[], untold: readonly UserId[] = []) => {
    for (const seq of seqs) entries.delete(seq);
    told.push(...untold);
  };

  return {
    note,
    mark: async (userId) => void marks.add(userId),
    size: () => entries.size,
    forget,
    untold: told,

    // Not by all of them: some tests note a hundred thousand.
    async newest(limit) {
      const found = [];
      for (let seq = last; seq > 0 && found.length < limit; seq--) {
        const text = entries.get(seq);
        if (text !== undefined) found.push(noted([seq, text]));
      }
      return found;
    },

    async take(after, limit, before = Number.MAX_SAFE_INTEGER) {
      const found = [];
      for (const entry of entries) {
        const [seq] = entry;
        if (found.length === limit || seq >= before) break;
        if (seq > after) found.push(noted(entry));
      }
      return found;
    },

    clearMarks: async () => {
      const marked = [...marks];
      marks.clear();
      await note(...marked);
      return marked.length;
    },

    async postpone(seqs) {
      const ids = seqs.map((seq) => entries.get(seq)).filter((id) => id !== undefined);
      await note(...new Set(ids));
      await forget(seqs);
    },
  };
}

function noted([seq, text]: [number, string]): NotedChange {
  const id = parseUserId(text);
  return { seq, userId: id.ok ? id.value : null };
}
