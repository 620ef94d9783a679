import type { SequentialModel } from "./linearizability.ts";
import {
  caughtUp,
  changed,
  changedRow,
  fenced,
  inWords,
  type ModelAccount,
  type ModelChange,
  type ModelUser,
} from "./model-user-account.ts";
import {
  alive,
  isAlive,
  type ModelSessions,
  openOne,
  presentToken,
  withoutSession,
} from "./model-user-sessions.ts";

/** A call to a user's object, or what happens beside it. Sessions and changes have names. */
export type UserCall =
  /** @property seen the version of the row that the caller read */
  | { readonly do: "open"; readonly session: string; readonly seen: number }
  | { readonly do: "refresh" | "holds"; readonly session: string; readonly token: number }
  | { readonly do: "check"; readonly session: string }
  | { readonly do: "list" | "catch up" }
  /** Of the row, past the object. */
  | { readonly do: "read" }
  /** @property session null for every session */
  | { readonly do: "end"; readonly which: "only" | "all except"; readonly session: string | null }
  | ({ readonly do: "change" } & ChangeCall)
  /** Of the row, past the object. */
  | {
      readonly do: "by hand";
      readonly id: string;
      readonly change: ModelChange;
      readonly base: number;
    }
  | { readonly do: "wait"; readonly seconds: number };

/** @property opens the name of a session to open in the same step */
type ChangeCall = {
  readonly id: string;
  readonly change: ModelChange;
  readonly ifVersion: number | null;
  readonly opens: string | null;
};

type Outcome = { readonly after: ModelUser; readonly output: string };

/** A user just registered, whom the object does not know yet. */
const NEW_USER: ModelUser = {
  now: 0,
  row: { status: "active", isAdmin: false, version: 1, passwordOf: 1, madeBy: "" },
  copy: null,
  intent: null,
  sessions: {},
};

/** @param reads whether the object reads the row before each decision, or trusts what it knows */
export const userModel = (
  reads: "the row" | "its copy",
): SequentialModel<ModelUser, UserCall, string> => ({
  initial: NEW_USER,
  next(user, call, output) {
    const outcomes = outcomesOf(user, call, reads === "the row");
    if (output === null) return [...outcomes.map(({ after }) => after), ...brokenOff(user, call)];
    return outcomes.filter((one) => one.output === output).map(({ after }) => after);
  },
  keyOf: (user) => JSON.stringify(user, (_, value) => sorted(value)),
});

/** Which session was opened first is no part of the state. */
const sorted = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** What a call that was not finished may leave behind: a part of it, or what it began with. */
function brokenOff(user: ModelUser, call: UserCall): ModelUser[] {
  if (call.do === "by hand" || call.do === "read" || call.do === "wait") return [];
  const common = [fenced(user), caughtUp(user)];
  if (call.do !== "change") return common;
  return common.flatMap((before) => {
    if (before.copy === null || before.copy.madeBy === call.id) return [before];
    const base = before.copy.version;
    const begun = { ...before, intent: { changeId: call.id, base } };
    const made = changedRow(begun, call.change, call.id, base);
    const isRefused = call.ifVersion !== null && call.ifVersion !== base;
    if (isRefused) return [before];
    return made === null ? [before, begun, fenced(begun)] : [before, begun, fenced(begun), made];
  });
}

function outcomesOf(given: ModelUser, call: UserCall, readsRow: boolean): Outcome[] {
  const fresh = () => freshened(given, readsRow);
  switch (call.do) {
    case "open":
      return open(given, call.session, call.seen);
    case "refresh":
      return [refresh(fresh(), call.session, call.token)];
    case "holds":
      return [holds(fresh(), call.session, call.token)];
    case "check":
      return [check(fresh(), call.session)];
    case "list": {
      const after = fresh();
      return [{ after, output: listed(after) }];
    }
    case "end":
      return end(given, call.which === "only", call.session);
    case "change":
      return change(given, call);
    case "catch up":
      return [{ after: caughtUp(given), output: given.copy === null ? "unknown" : "known" }];
    case "by hand": {
      const made = changedRow(given, call.change, call.id, call.base);
      const after = made ?? given;
      // Of a row that is gone nobody can tell who deleted it.
      const output = after.row === null ? "gone" : made === null ? "not made" : "made";
      return [{ after, output }];
    }
    case "read":
      return [{ after: given, output: given.row === null ? "gone" : inWords(given.row) }];
    case "wait":
      return [{ after: { ...given, now: given.now + call.seconds }, output: "" }];
  }
}

function freshened(user: ModelUser, readsRow: boolean): ModelUser {
  if (user.copy === null || user.copy.status === "deleted") return user;
  return readsRow || user.intent !== null ? caughtUp(user) : user;
}

const activeOf = ({ copy }: ModelUser): ModelAccount | null =>
  copy?.status === "active" ? copy : null;

const until = (account: ModelAccount, sessions: ModelSessions, id: string): string =>
  `${inWords(account)} until ${sessions[id]?.expiresAt}`;

function open(given: ModelUser, session: string, seen: number): Outcome[] {
  const isKnown = given.intent === null && given.copy?.version === seen;
  const user = isKnown ? given : caughtUp(given);
  const { copy, now } = user;
  if (copy === null || copy.status === "deleted") return [{ after: user, output: "refused" }];
  if (copy.version !== seen) return [{ after: user, output: "stale" }];
  if (copy.status !== "active") return [{ after: user, output: "refused" }];
  return openOne(user.sessions, session, now).map((sessions) => ({
    after: { ...user, sessions },
    output: `opened ${until(copy, sessions, session)}`,
  }));
}

function refresh(user: ModelUser, session: string, token: number): Outcome {
  const account = activeOf(user);
  if (account === null) return { after: user, output: "refused" };
  const { kind, after } = presentToken(user.sessions, session, token, user.now);
  const isGranted = kind === "rotated" || kind === "replayed";
  return {
    after: { ...user, sessions: after },
    output: isGranted ? `${kind} ${until(account, after, session)}` : kind,
  };
}

function holds(user: ModelUser, session: string, token: number): Outcome {
  const { kind } = presentToken(user.sessions, session, token, user.now);
  const isHeld = activeOf(user) !== null && (kind === "rotated" || kind === "replayed");
  return { after: user, output: String(isHeld) };
}

function check(user: ModelUser, session: string): Outcome {
  const account = activeOf(user);
  const isLive = account !== null && isAlive(user.sessions[session], user.now);
  return {
    after: user,
    output: isLive ? `live ${until(account, user.sessions, session)}` : "dead",
  };
}

const listed = ({ sessions, now }: ModelUser): string =>
  Object.entries(alive(sessions, now))
    .map(([id, { expiresAt }]) => `${id} until ${expiresAt}`)
    .sort()
    .join(", ");

/** Whether those that are past their time were purged already, nobody can tell. */
function end(user: ModelUser, isOnly: boolean, session: string | null): Outcome[] {
  const { sessions, now } = user;
  const chosen = Object.keys(sessions).filter((id) => (id === session) === isOnly);
  const living = chosen.filter((id) => isAlive(sessions[id], now)).length;
  const after = { ...user, sessions: chosen.reduce(withoutSession, sessions) };
  return Array.from({ length: chosen.length - living + 1 }, (_, purged) => ({
    after,
    output: `ended ${living + purged}`,
  }));
}

function change(given: ModelUser, call: ChangeCall): Outcome[] {
  const { id, ifVersion } = call;
  const { copy, intent } = given;
  const isOther = ifVersion !== null && copy?.version !== ifVersion && copy?.madeBy !== id;
  const user = copy === null || isOther || intent !== null ? caughtUp(given) : given;
  if (user.copy !== null && user.copy.madeBy === id) return done(user, user.copy, call);
  if (user.copy === null || user.copy.status === "deleted") {
    return [{ after: user, output: "not_found" }];
  }
  if (ifVersion !== null && ifVersion !== user.copy.version) {
    return [{ after: user, output: "conflict" }];
  }
  return made(user, user.copy, call);
}

/** @param known what the object knows, which may be behind the row */
function made(user: ModelUser, known: ModelAccount, call: ChangeCall): Outcome[] {
  const { row } = user;
  if (row === null) {
    const after = caughtUp(user, call.id);
    const isAsked = call.change === "delete" && after.copy !== null;
    return isAsked ? done(after, after.copy, call) : [{ after, output: "not_found" }];
  }
  // Other hands were there: what they did is taken over, and the change is made on it.
  if (row.version !== known.version) return change(caughtUp(user), call);
  const after = changed(row, call.change, call.id) ?? row;
  const isGone = after.status === "deleted";
  const settled = caughtUp({ ...user, row: isGone ? null : after }, call.id);
  return done(settled, settled.copy ?? after, call);
}

function done(user: ModelUser, account: ModelAccount, call: ChangeCall): Outcome[] {
  const { ifVersion, opens } = call;
  const output = `done ${inWords(account)}`;
  if (opens === null) return [{ after: user, output }];
  if (ifVersion !== null && account.version !== ifVersion + 1) {
    return [{ after: user, output: "conflict" }];
  }
  return openOne(user.sessions, opens, user.now).map((sessions) => ({
    after: { ...user, sessions },
    output: `${output}, opened until ${sessions[opens]?.expiresAt}`,
  }));
}
