import type { Authority } from "./authority.ts";
import type { Email } from "./email.ts";
import type { UserStatus } from "./user.ts";

/** A change to an account's credentials, status or roles: always made by the user's object. */
export type AccountChange =
  | { readonly kind: "set_password"; readonly passwordHash: string }
  /** By whoever read the mail that was sent to the address, which is verified with it. */
  | { readonly kind: "reset_password"; readonly passwordHash: string }
  /**
   * @property keepPassword false where whoever read the mail did not show the password: it is
   *   somebody else's then, and void with all sessions
   */
  | { readonly kind: "verify_email"; readonly keepPassword: boolean }
  /** To an address that was verified. */
  | { readonly kind: "set_email"; readonly email: Email }
  | { readonly kind: "set_status"; readonly status: UserStatus }
  | { readonly kind: "assign_role"; readonly role: string }
  | { readonly kind: "remove_role"; readonly role: string }
  /** @property reason why the service itself does it */
  | { readonly kind: "delete"; readonly reason?: "never_verified" };

/** The row after the attempt: who changed it last, and what it says. */
export type RowAfter = {
  readonly changeId: string;
  readonly authority: Authority;
  /** Undefined where the row's address cannot be read. */
  readonly email: Email | undefined;
  /** Null where nobody verified it; undefined where the row's address cannot be read. */
  readonly verifiedEmail: Email | null | undefined;
  /**
   * When an operator last said that second factors are lost (Unix milliseconds); 0 for never. Later
   * than what was heard: all that are held are void.
   */
  readonly factorsVoidAt: number;
  /** Unix milliseconds. A change of name sets it, too. */
  readonly updatedAt: number;
};

export type ChangeVerdict =
  | "applied"
  | "unchanged"
  | "moved"
  | "not_found"
  | "no_such_role"
  | "email_taken"
  | "last_admin";

/**
 * Tells what became of a conditional update from the row that it left behind. The row carries
 * the id of the change that made it, so a reply that was lost and a retry are told apart from
 * a refusal.
 *
 * @param base the version that the update was conditioned on
 */
export function judgeChange(
  change: AccountChange,
  changeId: string,
  base: number,
  row: Pick<RowAfter, "changeId" | "authority"> | null,
): ChangeVerdict {
  if (row === null) return change.kind === "delete" ? "applied" : "not_found";
  if (row.changeId === changeId) return "applied";
  if (row.authority.version !== base) return "moved";
  return refusal(change, row.authority);
}

/** Which of the update's conditions did not hold, when the version did. */
function refusal(change: AccountChange, authority: Authority): ChangeVerdict {
  switch (change.kind) {
    case "set_status":
      return authority.status === change.status ? "unchanged" : "last_admin";
    case "assign_role":
      return authority.roles.includes(change.role) ? "unchanged" : "no_such_role";
    case "remove_role":
      return authority.roles.includes(change.role) ? "last_admin" : "unchanged";
    case "delete":
      return "last_admin";
    case "set_email":
      return "email_taken";
    case "set_password":
    case "reset_password":
    case "verify_email":
      return "moved"; // no condition could fail alone, so only a later reading explains it
  }
}
