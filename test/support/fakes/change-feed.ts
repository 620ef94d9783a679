import { parseUserId } from "../../../src/domain/ids.ts";
import type { ChangeFeed } from "../../../src/use-cases/accounts/ports.ts";

export type MemoryFeed = ChangeFeed & {
  readonly note: (...userIds: string[]) => Promise<void>;
  readonly size: () => number;
};

export function memoryChangeFeed(): MemoryFeed {
  /** By number, in order. */
  const entries = new Map<number, string>();
  let last = 0;

  const note = async (...userIds: string[]) => {
    for (const userId of userIds) entries.set(++last, userId);
  };

  const forget = async (seqs: readonly number[]) => {
    for (const seq of seqs) entries.delete(seq);
  };

  return {
    note,
    size: () => entries.size,
    forget,

    async take(after, limit) {
      const found = [];
      for (const [seq, text] of entries) {
        if (found.length === limit) break;
        if (seq <= after) continue;
        const id = parseUserId(text);
        found.push({ seq, userId: id.ok ? id.value : null });
      }
      return found;
    },

    async postpone(seqs) {
      const ids = seqs.map((seq) => entries.get(seq)).filter((id) => id !== undefined);
      await note(...new Set(ids));
      await forget(seqs);
    },
  };
}
