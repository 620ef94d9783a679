import { AsyncLocalStorage } from "node:async_hooks";
import type { Event } from "../../../src/domain/events/event.ts";
import type { UserId } from "../../../src/domain/ids.ts";
import { type UserJudge, userJudge } from "../../../src/use-cases/accounts/judge/judge-user.ts";
import type { JudgeDeps } from "../../../src/use-cases/accounts/judge/keep-authority.ts";
import type {
  AccountRecord,
  Addressed,
  UserObjects,
  UserStore,
} from "../../../src/use-cases/accounts/ports.ts";
import type { ObjectOutbox } from "../../../src/use-cases/events/ports.ts";
import type { StoredSession } from "../../../src/use-cases/sessions/ports.ts";
import { someEventId, someId } from "../samples.ts";
import { memoryOutbox } from "./outbox.ts";

type Deps = Pick<JudgeDeps, "record" | "clock"> & Pick<Addressed, "policy">;
type Known = { [K in "copy" | "intent"]: ReturnType<UserStore["authority"][K]> };

/** The users' objects, over any AccountRecord: their own judge, and what it keeps in memory. */
export function memoryAccounts({ policy, ...deps }: Deps): UserObjects & {
  /** What was told of every user, in order. */
  readonly events: readonly Event[];
} {
  const events: Event[] = [];
  const objects = new Map<UserId, { judge: UserJudge; admitted: () => Promise<unknown> }>();
  const wake = (userId: UserId) => {
    const store = memoryUserStore(memoryOutbox(events, numbered), () => objects.delete(userId));
    const defer: JudgeDeps["defer"] = (work) => void work().catch(() => null);
    const record = answeringIn(store.admitted, deps.record);
    const judge = userJudge({
      ...deps,
      record,
      store,
      newFenceId: someId,
      newEventId: someEventId,
      defer,
    });
    const object = { judge, admitted: store.admitted };
    objects.set(userId, object);
    return object;
  };
  const ask =
    <A extends unknown[], R>(method: (judge: UserJudge) => (to: Addressed, ...args: A) => R) =>
    async (userId: UserId, ...args: A): Promise<Awaited<R>> => {
      const { judge, admitted } = objects.get(userId) ?? wake(userId);
      await admitted();
      return await method(judge)({ userId, policy }, ...args);
    };
  return {
    events,
    openSession: ask((judge) => judge.openSession),
    refresh: ask((judge) => judge.refresh),
    check: ask((judge) => judge.check),
    holdsToken: ask((judge) => judge.holdsToken),
    listSessions: ask((judge) => judge.listSessions),
    endSessions: ask((judge) => judge.endSessions),
    change: ask((judge) => judge.change),
    catchUp: ask((judge) => judge.catchUp),
    reserveProof: ask((judge) => judge.reserveProof),
    releaseProof: ask((judge) => judge.releaseProof),
    clearProofs: ask((judge) => judge.clearProofs),
    listFactors: ask((judge) => judge.listFactors),
    addFactor: ask((judge) => judge.addFactor),
    confirmFactor: ask((judge) => judge.confirmFactor),
    takeChallenge: ask((judge) => judge.takeChallenge),
    addPasskey: ask((judge) => judge.addPasskey),
    renamePasskey: ask((judge) => judge.renamePasskey),
    removeFactor: ask((judge) => judge.removeFactor),
    resetFactors: ask((judge) => judge.resetFactors),
    renewRecoveryCodes: ask((judge) => judge.renewRecoveryCodes),
    stepUp: ask((judge) => judge.stepUp),
    exportHeld: ask((judge) => judge.exportHeld),
    failProof: ask((judge) => judge.failProof),
    confirmEvents: async (userId, places) => objects.get(userId)?.judge.confirmEvents(places),
  };
}

/** As the object does: a place is a number. */
const numbered = (place: number): number => place;

/** A record whose answers come only when the object admits them. */
const answeringIn = (
  admitted: () => Promise<unknown>,
  { read, apply, fence }: AccountRecord,
): AccountRecord => {
  const answer = async <T>(asked: Promise<T>): Promise<T> => {
    await asked.catch(() => null);
    await admitted();
    return asked;
  };
  return {
    read: (...args) => answer(read(...args)),
    apply: (...args) => answer(apply(...args)),
    fence: (...args) => answer(fence(...args)),
  };
};

/** As blockConcurrencyWhile: calls and answers that come during exclusive work wait for its end. */
function memoryUserStore(
  outbox: ObjectOutbox,
  erase: () => void,
): UserStore & { admitted(): Promise<unknown> } {
  const sessions = new Map<string, StoredSession>();
  const known: Known = { copy: null, intent: null };
  let last: Promise<unknown> = Promise.resolve();
  const section = new AsyncLocalStorage<true>();
  const find = (id: string) => sessions.get(id) ?? null;
  return {
    authority: {
      copy: () => known.copy,
      intent: () => known.intent,
      begin: (intent) => void Object.assign(known, { intent }),
      settle: (copy) => void Object.assign(known, { copy, intent: null }),
    },
    sessions: {
      remembered: find,
      find,
      all: () => [...sessions.values()],
      add: (session) => void sessions.set(session.id, session),
      update: (session) => find(session.id) !== null && sessions.set(session.id, session).size > 0,
      prove(id, proved) {
        const session = find(id);
        if (session !== null) sessions.set(id, { ...session, ...proved });
      },
      remove: (id) => Number(sessions.delete(id)),
      removeAllExcept: (kept) =>
        [...sessions.keys()].filter((id) => id !== kept && sessions.delete(id)).length,
      nextEnd: () => null, // no alarm rings here
    },
    proofs: new Map(),
    secondFactors: memoryFactorStores(),
    outbox,
    atomically: (work) => work(),
    exclusively(work) {
      const done = last.then(() => section.run(true, work));
      last = done.catch(() => undefined);
      return done;
    },
    admitted: async () => section.getStore() ?? last,
    wakeAt: () => undefined,
    erase: async () => erase(),
  };
}

export const memoryFactorStores = (): UserStore["secondFactors"] => ({
  factors: new Map(),
  recoveryCodes: new Map(),
  spent: new Map(),
});
