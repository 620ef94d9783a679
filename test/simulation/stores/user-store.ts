import { AsyncLocalStorage } from "node:async_hooks";
import { kvFactorStores } from "../../../src/persistence/durable/credentials/factor-stores.ts";
import { kvProofStore } from "../../../src/persistence/durable/credentials/proof-store.ts";
import { KvOutbox } from "../../../src/persistence/durable/events/kv-outbox.ts";
import type { AuthorityCopy, Intent, UserStore } from "../../../src/use-cases/accounts/ports.ts";
import { messageOf } from "../../../src/use-cases/events/message-of.ts";
import type { EventQueue } from "../../../src/use-cases/events/ports.ts";
import { type Clock, type Defer, Impossible } from "../../../src/use-cases/outside.ts";
import type { SessionStore, StoredSession } from "../../../src/use-cases/sessions/ports.ts";
import type { JournaledKv } from "./journaled-kv.ts";
import { ALARM } from "./object.ts";

const AUTHORITY = "authority";
const INTENT = "intent";
const SESSION = "session/";

type Outside = { readonly queue: EventQueue; readonly clock: Clock; readonly defer: Defer };

/** What a user's judge keeps, over the object's journaled storage. */
export function journaledUserStore(
  kv: JournaledKv,
  outside: Outside,
): UserStore & {
  /** Ends when nothing exclusive is under way; at once for what is part of it. */
  admitted(): Promise<void>;
  alarmRang(): void;
} {
  let exclusive: Promise<unknown> | null = null;
  const section = new AsyncLocalStorage<true>();
  let alarmAt: number | null = null;
  return {
    authority: {
      copy: () => kv.get<AuthorityCopy>(AUTHORITY) ?? null,
      intent: () => kv.get<Intent>(INTENT) ?? null,
      begin: (intent) => kv.put(INTENT, intent),
      settle(copy) {
        kv.put(AUTHORITY, copy);
        kv.delete(INTENT);
      },
    },
    sessions: sessionsIn(kv),
    proofs: kvProofStore(kv),
    secondFactors: kvFactorStores(kv),
    outbox: new KvOutbox({
      ...outside,
      kv,
      placesAfter: () => 0,
      addressed(event, place) {
        const { subject } = event;
        if (subject.kind !== "user") throw new Impossible("event_of_another_subject", event.id);
        return messageOf({ ...event, seq: place }, { kind: "user", id: subject.id, place });
      },
    }),
    atomically(work) {
      const undo = kv.mark();
      try {
        work();
      } catch (error) {
        undo();
        throw error;
      }
    },
    /** As blockConcurrencyWhile: calls wait, and so does every answer that another call is owed. */
    async exclusively(work) {
      // Of several that wait one goes on: nothing may come between the look and the work.
      while (exclusive !== null && section.getStore() !== true) await exclusive;
      const done = section.run(true, work);
      const over = done.then(
        () => undefined,
        () => undefined,
      );
      exclusive = over;
      try {
        return await done;
      } finally {
        exclusive = null;
      }
    },
    async admitted() {
      if (section.getStore() === true) return;
      while (exclusive !== null) await exclusive;
    },
    wakeAt(time) {
      if (time === alarmAt) return;
      alarmAt = time;
      kv.put(ALARM, time);
    },
    alarmRang() {
      alarmAt = null;
    },
    async erase() {
      alarmAt = null;
      kv.clear();
    },
  };
}

function sessionsIn(kv: JournaledKv): SessionStore {
  const find = (id: string) => kv.get<StoredSession>(SESSION + id) ?? null;
  const all = () => kv.list<StoredSession>({ prefix: SESSION }).map(([, session]) => session);
  const put = (session: StoredSession) => kv.put(SESSION + session.id, session);
  const remove = (id: string) => (find(id) !== null && kv.delete(SESSION + id) ? 1 : 0);
  return {
    remembered: find,
    find,
    all,
    add: put,
    update(session) {
      if (find(session.id) === null) return false;
      put(session);
      return true;
    },
    prove(id, proved) {
      const session = find(id);
      if (session !== null) put({ ...session, ...proved });
    },
    remove,
    removeAllExcept: (kept) =>
      all()
        .filter(({ id }) => id !== kept)
        .map(({ id }) => remove(id)).length,
    nextEnd() {
      const ends = all().map(({ expiresAt }) => expiresAt);
      return ends.length === 0 ? null : Math.min(...ends);
    },
  };
}
