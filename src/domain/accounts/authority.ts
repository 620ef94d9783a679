import type { User } from "./user.ts";

/** What decides what a user may do now, as the user's own object knows it. */
export type Authority = {
  readonly status: "active" | "disabled" | "deleted";
  readonly roles: readonly string[];
  readonly version: number;
  /** Unix milliseconds: moves on when the password is set, and sessions opened before end. */
  readonly passwordSetAt: number;
};

/** Which of the user's sessions a change ends. */
export type SessionsToEnd = "none" | "all";

export function authorityOf(user: User): Authority {
  return {
    status: user.status,
    roles: user.roles,
    version: user.version,
    passwordSetAt: user.passwordSetAt,
  };
}

export function sameAuthority(a: Authority, b: Authority): boolean {
  return (
    a.version === b.version &&
    a.status === b.status &&
    a.passwordSetAt === b.passwordSetAt &&
    a.roles.length === b.roles.length &&
    a.roles.every((role, i) => role === b.roles[i])
  );
}

/**
 * Takes what D1 records over what the object knew. A new password ends every session, also the
 * one that asked for it: whoever copied its tokens is out with them.
 *
 * @param row what D1 holds now, or null when the account is gone
 */
export function takeOver(
  known: Authority | null,
  row: Authority | null,
): { readonly authority: Authority; readonly end: SessionsToEnd } {
  if (row === null) return { authority: deleted(known), end: "all" };
  if (row.status !== "active") return { authority: row, end: "all" };
  const hasNewPassword = known !== null && known.passwordSetAt !== row.passwordSetAt;
  return { authority: row, end: hasNewPassword ? "all" : "none" };
}

function deleted(known: Authority | null): Authority {
  return {
    status: "deleted",
    roles: [],
    version: (known?.version ?? 0) + 1,
    passwordSetAt: known?.passwordSetAt ?? 0,
  };
}
