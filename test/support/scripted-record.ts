import type { AccountChange } from "../../src/domain/accounts/account-change.ts";
import type { AccountRecord, ChangeCommand } from "../../src/use-cases/accounts/ports.ts";
import { Unavailable } from "../../src/use-cases/outside.ts";
import { accountSteps } from "./account-steps.ts";
import { memoryAccountRecord } from "./fakes/account-record.ts";
import { memoryAccounts } from "./fakes/accounts.ts";
import { memoryDatabase } from "./fakes/memory-database.ts";
import { memoryUsers } from "./fakes/users.ts";
import { ACCOUNT_POLICY } from "./samples.ts";

type Row = ReturnType<AccountRecord["read"]>;
/** What becomes of one question to D1. */
export type Step = (run: () => Row) => Row;

export const DISABLE: AccountChange = { kind: "set_status", status: "disabled" };
export const MAKE_ADMIN: AccountChange = { kind: "assign_role", role: "admin" };
export const UNMAKE_ADMIN: AccountChange = { kind: "remove_role", role: "admin" };

export const MAX_AGE = 1_000;

/** A user with one session, an administrator beside, and a copy too old to be relied upon. */
export async function signedIn() {
  const db = memoryDatabase();
  const record = memoryAccountRecord(db);
  const steps: Step[] = [];
  let always: Step = (run) => run();
  let asked = 0;
  const ask: Step = (run) => {
    asked++;
    return (steps.shift() ?? always)(run);
  };
  const time = { now: Date.UTC(2026, 0, 1) };
  const accounts = memoryAccounts({
    record: {
      read: (...args) => ask(() => record.read(...args)),
      apply: (...args) => ask(() => record.apply(...args)),
      fence: (...args) => ask(() => record.fence(...args)),
    },
    policy: { ...ACCOUNT_POLICY, authorityMaxAge: MAX_AGE },
    clock: () => time.now,
  });
  const on = accountSteps({ users: memoryUsers(db), record, accounts });
  await on.create({ roles: ["admin"] });
  const user = await on.create();
  const sessionId = await on.session(user);
  time.now += MAX_AGE;
  return {
    on,
    accounts,
    user,
    /** What becomes of the next questions to D1, one by one. */
    steps,
    everyAnswer: (step: Step) => {
      always = step;
    },
    /** How many questions D1 was asked until now. */
    asked: () => asked,
    advance: (ms: number) => {
      time.now += ms;
    },
    refresh: (n: number) => on.refresh(user.id, sessionId, n),
    check: () => accounts.check(user.id, sessionId),
    open: () => on.open(user),
    change: (wanted: AccountChange, given: Partial<ChangeCommand> = {}) =>
      on.change(user.id, wanted, given),
    changeBehind: (wanted: AccountChange) => on.changeBehind(user.id, wanted),
    catchUp: () => accounts.catchUp(user.id),
    sessions: () => accounts.listSessions(user.id),
  };
}

/** A step that is done at once and answers when it is let go. */
export function held() {
  const gate = Promise.withResolvers<void>();
  const isDone = Promise.withResolvers<void>();
  const step = async <T>(run: () => Promise<T>): Promise<T> => {
    const row = await run();
    isDone.resolve();
    await gate.promise;
    return row;
  };
  return { step, isDone: isDone.promise, letGo: gate.resolve };
}

export const notDone = async (_run: () => unknown): Promise<never> => {
  throw new Unavailable("d1");
};

export const replyLost: Step = async (run) => {
  await run();
  throw new Unavailable("d1");
};

/** All that need not wait for a gate has run. */
export const pause = () => new Promise((resolve) => setImmediate(resolve));
