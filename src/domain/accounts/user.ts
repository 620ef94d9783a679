import type { UserId } from "../ids.ts";
import type { Email } from "./email.ts";

export type UserStatus = "active" | "disabled";

/** The version that a new account has. */
export const FIRST_VERSION = 1;

/** An account as D1 records it, without its credential. Times are Unix milliseconds. */
export type User = {
  readonly id: UserId;
  readonly email: Email;
  readonly emailVerified: boolean;
  readonly name: string | null;
  readonly status: UserStatus;
  readonly roles: readonly string[];
  /** Grows with every change to credentials, status, roles or address. */
  readonly version: number;
  readonly passwordSetAt: number;
  readonly createdAt: number;
  readonly updatedAt: number;
};

/** The one address that a user may be called by: anybody can register one that is not theirs. */
export const verifiedEmailOf = <E>(user: {
  readonly email: E;
  readonly emailVerified: boolean;
}): E | null => (user.emailVerified ? user.email : null);

/** Whether its owner may be using it. An account that nobody can use goes after some days. */
export const isUsable = (
  user: { readonly emailVerified: boolean; readonly hasPassword: boolean },
  requireVerifiedEmail: boolean,
): boolean => user.emailVerified || (user.hasPassword && !requireVerifiedEmail);

export type SignInRefusal = "account_disabled" | "email_not_verified";

/** What stands between a right password and a session. Asked only after the password was right. */
export function signInRefusal(
  user: Pick<User, "status" | "emailVerified">,
  requireVerifiedEmail: boolean,
): SignInRefusal | null {
  if (user.status !== "active") return "account_disabled";
  if (requireVerifiedEmail && !user.emailVerified) return "email_not_verified";
  return null;
}
