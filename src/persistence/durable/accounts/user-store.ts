import type { Unnumbered } from "../../../domain/events/event.ts";
import type { UserStore } from "../../../use-cases/accounts/ports.ts";
import { messageOf } from "../../../use-cases/events/message-of.ts";
import type { EventMessage, EventQueue } from "../../../use-cases/events/ports.ts";
import { Impossible, Unavailable } from "../../../use-cases/outside.ts";
import { kvFactorStores } from "../credentials/factor-stores.ts";
import { kvProofStore } from "../credentials/proof-store.ts";
import { KvOutbox } from "../events/kv-outbox.ts";
import { inBackground } from "../in-background.ts";
import { SessionTable } from "../sessions/session-table.ts";
import { KvAuthorityStore } from "./authority-store.ts";
import { bringUpToDate } from "./user-schema.ts";

type DurableUserStore = UserStore & {
  /** The alarm that was set is none any more, also when it rang early. */
  alarmRang(): void;
};

/** A user's own storage. Tables that older code left are brought up to date when it wakes. */
export function durableUserStore(ctx: DurableObjectState, queue: EventQueue): DurableUserStore {
  const { storage } = ctx;
  const authority = new KvAuthorityStore(storage);
  const sessions = new SessionTable(storage.sql);
  const outbox = new KvOutbox({
    kv: storage.kv,
    queue,
    clock: () => Date.now(),
    defer: inBackground,
    placesAfter: () => 0, // no id of a user comes again, so `seq` begins at 1
    addressed,
  });
  let alarmAt: number | null = null;
  if (authority.copy() !== null) storage.transactionSync(() => bringUpToDate(storage));

  return {
    authority,
    sessions,
    proofs: kvProofStore(storage.kv),
    secondFactors: kvFactorStores(storage.kv),
    outbox,

    atomically(work) {
      try {
        storage.transactionSync(work);
      } catch (error) {
        authority.forget();
        sessions.forget();
        alarmAt = null;
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

    /** An alarm that is set already is not written again. */
    wakeAt(time) {
      if (time === alarmAt) return;
      alarmAt = time;
      void storage.setAlarm(time);
    },

    alarmRang() {
      alarmAt = null;
    },

    async erase() {
      alarmAt = null;
      await storage.deleteAll();
      alarmAt = null;
      sessions.forget();
      authority.forget();
    },
  };
}

/** Every event here is about the user whose object this is. */
function addressed(event: Unnumbered, place: number): EventMessage {
  const { subject } = event;
  if (subject.kind !== "user") throw new Impossible("event_of_another_subject", event.id);
  return messageOf({ ...event, seq: place }, { kind: "user", id: subject.id, place });
}

function outageOnly(error: unknown): { readonly outage: Unavailable } {
  if (error instanceof Unavailable) return { outage: error };
  throw error;
}
