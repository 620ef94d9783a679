import { vi } from "vitest";
import type { AccountChange } from "../../src/domain/accounts/account-change.ts";
import { authorityOf } from "../../src/domain/accounts/authority.ts";
import type { User } from "../../src/domain/accounts/user.ts";
import type { SessionId, UserId } from "../../src/domain/ids.ts";
import type {
  AccountRecord,
  ChangeCommand,
  NewUser,
  UserObjects,
  Users,
} from "../../src/use-cases/accounts/ports.ts";
import type {
  NewSession,
  OpenSession,
  RefreshCommand,
} from "../../src/use-cases/sessions/ports.ts";
import { CAUSE, CLIENT, someId, someSession, someSessionId, someUser } from "./samples.ts";

export const advance = (ms: number): void => {
  vi.setSystemTime(Date.now() + ms);
};

const DEVICE = { ip: "192.0.2.1", userAgent: "a browser" };

/** What tests do with accounts, in words. */
export function accountSteps(stores: {
  readonly users: Users;
  readonly record: AccountRecord;
  readonly accounts: UserObjects;
}) {
  const { users, record, accounts } = stores;

  const read = async (id: UserId): Promise<User> => {
    const found = await users.findById(id);
    if (found === null) throw new Error("the account is gone");
    return found.user;
  };

  const create = async (given: Partial<NewUser> = {}): Promise<User> => {
    const user = someUser(given);
    await users.create(user);
    return read(user.id);
  };

  const newSession = (): NewSession => someSession({ device: DEVICE });

  const open = (user: User, given: Partial<OpenSession> = {}) =>
    accounts.openSession(user.id, {
      ...newSession(),
      seen: authorityOf(user),
      second: null,
      cause: CAUSE,
      ...given,
    });

  /** Opens a session whose token is `token 0`. */
  const session = async (user: User): Promise<SessionId> => {
    const sessionId = someSessionId();
    const answer = await open(user, { sessionId });
    if (answer.kind !== "opened") throw new Error(`the session was ${answer.kind}`);
    return sessionId;
  };

  /** Presents `token n`, whose successor is `token n+1`. */
  const refresh = (
    userId: UserId,
    sessionId: SessionId,
    n: number,
    given: Partial<RefreshCommand> = {},
  ) =>
    accounts.refresh(userId, {
      sessionId,
      clientId: CLIENT,
      presented: `token ${n}`,
      successor: { hash: `token ${n + 1}`, secretVersion: 1 },
      knownRoles: null,
      device: DEVICE,
      requestId: null,
      ...given,
    });

  const change = (userId: UserId, wanted: AccountChange, given: Partial<ChangeCommand> = {}) =>
    accounts.change(userId, {
      changeId: someId(),
      change: wanted,
      ifVersion: null,
      cause: CAUSE,
      ...given,
    });

  const changeAndOpen = async (userId: UserId, wanted: AccountChange) => {
    const session = newSession();
    const answer = await change(userId, wanted, { open: session });
    if (answer.kind !== "done") throw new Error(`the change was ${answer.kind}`);
    return { id: session.sessionId, opened: answer.opened };
  };

  /** A change of the row that the user's object is not told of. */
  const changeBehind = async (userId: UserId, wanted: AccountChange) =>
    record.apply(userId, wanted, someId(), (await read(userId)).version, Date.now(), false);

  const isAlive = async (userId: UserId, sessionId: SessionId): Promise<boolean> =>
    (await accounts.check(userId, sessionId)) !== null;

  return {
    ...stores,
    read,
    create,
    newSession,
    open,
    session,
    refresh,
    change,
    changeAndOpen,
    changeBehind,
    isAlive,
  };
}

export type AccountSteps = ReturnType<typeof accountSteps>;
