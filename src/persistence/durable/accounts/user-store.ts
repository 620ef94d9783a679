import type { UserStore } from "../../../use-cases/accounts/ports.ts";
import { Unavailable } from "../../../use-cases/outside.ts";
import { kvProofStore } from "../credentials/proof-store.ts";
import { SessionTable } from "../sessions/session-table.ts";
import { KvAuthorityStore } from "./authority-store.ts";
import { bringUpToDate } from "./user-schema.ts";

/** A user's own storage. Tables that older code left are brought up to date when it wakes. */
export function durableUserStore(ctx: DurableObjectState): UserStore {
  const { storage } = ctx;
  const authority = new KvAuthorityStore(storage);
  const sessions = new SessionTable(storage.sql);
  if (authority.copy() !== null) storage.transactionSync(() => bringUpToDate(storage));

  return {
    authority,
    sessions,
    proofs: kvProofStore(storage.kv),

    atomically(work) {
      try {
        storage.transactionSync(work);
      } catch (error) {
        authority.forget();
        sessions.forget();
        throw error;
      }
    },

    /** An outage leaves as a value: an exception thrown inside resets the object. */
    async exclusively(work) {
      const outcome = await ctx.blockConcurrencyWhile(() =>
        work().then((value) => ({ value }), outageOnly),
      );
      if ("outage" in outcome) throw outcome.outage;
      return outcome.value;
    },

    wakeAt(time) {
      void storage.setAlarm(time);
    },

    async erase() {
      await storage.deleteAll();
      sessions.forget();
      authority.forget();
    },
  };
}

function outageOnly(error: unknown): { readonly outage: Unavailable } {
  if (error instanceof Unavailable) return { outage: error };
  throw error;
}
