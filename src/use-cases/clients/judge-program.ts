import type { ServiceAccountId } from "../../domain/ids.ts";
import type { Clock, Defer } from "../outside.ts";
import { renewal } from "../renewal.ts";
import type { ProgramRecord, ProgramStore, Standing } from "./ports.ts";

export type ProgramJudgeDeps = {
  readonly store: ProgramStore;
  readonly record: ProgramRecord;
  readonly clock: Clock;
  readonly defer: Defer;
};

/** @property maxAge milliseconds after which D1 is read before the copy is used */
export type AddressedProgram = { readonly id: ServiceAccountId; readonly maxAge: number };

export type ProgramJudge = ReturnType<typeof programJudge>;

/**
 * The judge of one service account: a copy of its row, its rights and its secrets, as they were in
 * one moment. D1 decides every change and notes it; the judge is told before the reply.
 *
 * @throws Unavailable from every call that reads D1, when D1 does not answer
 */
export function programJudge({ store, record, clock, defer }: ProgramJudgeDeps) {
  const renewals = renewal(clock, defer);
  /** Counts the notices of a change: a read that began before the last one is stale. */
  let told = 0;

  const readRow = async (id: ServiceAccountId, mayRepeat = true): Promise<Standing | null> => {
    const [begun, checkedAt] = [told, clock()];
    const standing = await record.read(id);
    // Once, or many changes could hold up the answer for ever. One of before a change is not kept.
    if (begun !== told) return mayRepeat ? readRow(id, false) : standing;
    if (standing !== null) store.keep({ standing, checkedAt });
    return standing;
  };

  /** An account that is gone leaves nothing behind, also where nobody knew it. */
  const take = async (id: ServiceAccountId): Promise<Standing | null> => {
    let isGone = false;
    try {
      const standing = await readRow(id);
      isGone = standing === null;
      return standing;
    } finally {
      if (isGone || store.copy() === null) await store.erase();
    }
  };

  return {
    async find({ id, maxAge }: AddressedProgram): Promise<Standing | null> {
      const copy = store.copy();
      if (copy === null || copy.checkedAt === null) return take(id);
      const due = renewals.due(copy.checkedAt, maxAge);
      if (due === "first") return take(id);
      if (due === "behind") renewals.behind(() => take(id));
      return copy.standing;
    },

    /** A copy that is known to be old serves nobody, also while D1 cannot say what is new. */
    async catchUp({ id }: AddressedProgram): Promise<void> {
      told += 1;
      const copy = store.copy();
      if (copy === null) return store.erase();
      store.keep({ ...copy, checkedAt: null });
      await take(id);
    },

    /** @returns false when a use after `since` is known */
    noteUse(secretId: string, now: number, since: number): boolean {
      const copy = store.copy();
      const used = copy?.standing.secrets.find(({ id }) => id === secretId);
      if (copy === null || used === undefined) return true;
      if (used.lastUsedAt !== null && used.lastUsedAt > since) return false;
      const secrets = copy.standing.secrets.map((secret) =>
        secret === used ? { ...secret, lastUsedAt: now } : secret,
      );
      store.keep({ ...copy, standing: { ...copy.standing, secrets } });
      return true;
    },
  };
}
