import type { Event } from "../../src/domain/events/event.ts";
import { userJudge } from "../../src/use-cases/accounts/judge/judge-user.ts";
import type {
  AccountRecord,
  AuthorityCopy,
  Intent,
  UserStore,
} from "../../src/use-cases/accounts/ports.ts";
import { Unavailable } from "../../src/use-cases/outside.ts";
import type { StoredSession } from "../../src/use-cases/sessions/ports.ts";
import { memoryAccountRecord } from "./fakes/account-record.ts";
import { memoryFactorStores } from "./fakes/accounts.ts";
import { memoryDatabase } from "./fakes/memory-database.ts";
import { memoryOutbox } from "./fakes/outbox.ts";
import { memoryUsers } from "./fakes/users.ts";
import { ACCOUNT_POLICY, someEventId, someId, someUser } from "./samples.ts";

/** One user's object, with what it keeps, when it is to wake, and a D1 that may be away. */
export async function watchedObject() {
  const db = memoryDatabase();
  const record = memoryAccountRecord(db);
  const time = { now: Date.UTC(2026, 0, 1) };
  const user = someUser({ now: time.now });
  await memoryUsers(db).create(user);
  const events: Event[] = [];
  const sessions = new Map<string, StoredSession>();
  const known = {
    copy: null as AuthorityCopy | null,
    intent: null as Intent | null,
    wakeAt: null as number | null,
    eventsDueAt: null as number | null,
    timesSentAgain: 0,
    isErased: false,
    d1: "answers" as "answers" | "is away" | "loses what a change left",
    timesD1Asked: 0,
    /** What other hands do, each time before D1 is asked. */
    beforeD1: () => undefined as unknown,
  };
  const asked = <A extends unknown[], R>(ask: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      known.timesD1Asked += 1;
      known.beforeD1();
      if (known.d1 === "is away") throw new Unavailable("d1");
      return ask(...args);
    };
  };
  const replied = <A extends unknown[], R>(change: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      const row = await change(...args);
      if (known.d1 === "loses what a change left") throw new Unavailable("d1");
      return row;
    };
  };
  /** An object that does not know its user has no tables. */
  const table = () => {
    if (known.copy === null) throw new Error("no such table");
    return sessions;
  };
  const store: UserStore = {
    authority: {
      copy: () => known.copy,
      intent: () => known.intent,
      begin: (intent) => void Object.assign(known, { intent }),
      settle: (copy) => void Object.assign(known, { copy, intent: null }),
    },
    sessions: {
      remembered: (id) => table().get(id) ?? null,
      find: (id) => table().get(id) ?? null,
      all: () => [...table().values()],
      add: (session) => void table().set(session.id, session),
      update: (session) => table().has(session.id) && table().set(session.id, session).size > 0,
      prove(id, proved) {
        const session = table().get(id);
        if (session !== undefined) table().set(id, { ...session, ...proved });
      },
      remove: (id) => Number(table().delete(id)),
      removeAllExcept: (kept) =>
        [...table().keys()].filter((id) => id !== kept && sessions.delete(id)).length,
      nextEnd: () => {
        const ends = [...table().values()].map(({ expiresAt }) => expiresAt);
        return ends.length === 0 ? null : Math.min(...ends);
      },
    },
    proofs: new Map(),
    secondFactors: memoryFactorStores(),
    outbox: {
      ...memoryOutbox(events, (place) => place),
      dueAt: () => known.eventsDueAt,
      sendAgain: () => {
        known.timesSentAgain += 1;
      },
    },
    atomically: (work) => work(),
    exclusively: (work) => work(),
    wakeAt: (time) => {
      known.wakeAt = time;
    },
    erase: async () => {
      known.isErased = true;
    },
  };
  const seen: AccountRecord = {
    read: asked(record.read),
    apply: asked(replied(record.apply)),
    fence: asked(record.fence),
  };
  const judge = userJudge({
    store,
    record: seen,
    clock: () => time.now,
    newFenceId: someId,
    newEventId: someEventId,
    defer: (work) => void work().catch(() => null),
  });
  const to = { userId: user.id, policy: ACCOUNT_POLICY };
  return { judge, to, user, db, record, store, sessions, events, known, time };
}
