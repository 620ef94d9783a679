import type { ModelSessions } from "./model-user-sessions.ts";

/*
 * What the design says of an account: the row of the database, and what the user's object knows of
 * it. Nothing here is the service's own code.
 */

export type ModelAccount = {
  readonly status: "active" | "disabled" | "deleted";
  readonly isAdmin: boolean;
  readonly version: number;
  /** The version at which the password was set. */
  readonly passwordOf: number;
  /** The change that made this version. */
  readonly madeBy: string;
};

export type ModelUser = {
  /** Seconds from the beginning of the history. */
  readonly now: number;
  /** Null once it is deleted. */
  readonly row: ModelAccount | null;
  /** What the object knows; null as long as it was never used. */
  readonly copy: ModelAccount | null;
  /** A change that the object began, and does not know the end of. */
  readonly intent: { readonly changeId: string; readonly base: number } | null;
  readonly sessions: ModelSessions;
};

export type ModelChange = "set password" | "disable" | "enable" | "promote" | "demote" | "delete";

/** The row after a change was made on it; null where nothing had to be changed. */
export function changed(
  row: ModelAccount,
  change: ModelChange,
  madeBy: string,
): ModelAccount | null {
  const next = { ...row, version: row.version + 1, madeBy };
  switch (change) {
    case "set password":
      return { ...next, passwordOf: next.version };
    case "disable":
      return row.status === "disabled" ? null : { ...next, status: "disabled" };
    case "enable":
      return row.status === "active" ? null : { ...next, status: "active" };
    case "promote":
      return row.isAdmin ? null : { ...next, isAdmin: true };
    case "demote":
      return row.isAdmin ? { ...next, isAdmin: false } : null;
    case "delete":
      return { ...next, status: "deleted", isAdmin: false };
  }
}

/** The database after a change of the version given; null where it was not made. */
export function changedRow(
  user: ModelUser,
  change: ModelChange,
  madeBy: string,
  base: number,
): ModelUser | null {
  const { row } = user;
  const after = row?.version === base ? changed(row, change, madeBy) : null;
  if (after === null) return null;
  return { ...user, row: after.status === "deleted" ? null : after };
}

/** A change that was begun, and did not reach the row yet, can no longer do so. */
export function fenced(user: ModelUser): ModelUser {
  const { row, intent } = user;
  if (intent === null || row?.version !== intent.base) return user;
  const madeBy = `fence of ${intent.changeId}`;
  return { ...user, row: { ...row, version: row.version + 1, madeBy } };
}

/**
 * The object reads the row, takes over what it says and ends the sessions that must end.
 *
 * @param deletedBy the change that deleted the row, if that is known
 */
export function caughtUp(user: ModelUser, deletedBy = user.intent?.changeId ?? ""): ModelUser {
  if (user.copy?.status === "deleted") return user;
  const { row, copy, sessions, ...rest } = fenced(user);
  if (row === null && copy === null) return user;
  const known = row ?? tombstoneOf(copy, deletedBy);
  const isOtherPassword = copy !== null && copy.passwordOf !== known.passwordOf;
  const mustEnd = known.status !== "active" || isOtherPassword;
  return { ...rest, row, copy: known, intent: null, sessions: mustEnd ? {} : sessions };
}

const tombstoneOf = (known: ModelAccount | null, madeBy: string): ModelAccount => ({
  status: "deleted",
  isAdmin: false,
  version: (known?.version ?? 0) + 1,
  passwordOf: known?.passwordOf ?? 0,
  madeBy,
});

export const inWords = ({
  status,
  isAdmin,
  version,
}: Pick<ModelAccount, "status" | "isAdmin" | "version">): string =>
  status === "deleted" ? status : `v${version} ${status}${isAdmin ? " admin" : ""}`;
