import { NO_REQUEST } from "../../../domain/access/actor.ts";
import type { AccountChange, RowAfter } from "../../../domain/accounts/account-change.ts";
import type { Email } from "../../../domain/accounts/email.ts";
import { type Cause, eventOf, type Unnumbered, type What } from "../../../domain/events/event.ts";
import type { UserId } from "../../../domain/ids.ts";
import type { AuthorityCopy } from "../ports.ts";
import type { JudgeDeps } from "./keep-authority.ts";

/** Whoever changes rows past the service. */
const BY_HAND: Cause = { actor: { kind: "operator", id: "database" }, context: NO_REQUEST };

/** The event of an act on this user, now. */
export const happened = (
  { clock, newEventId }: Pick<JudgeDeps, "clock" | "newEventId">,
  id: UserId,
  cause: Cause,
  what: What,
): Unnumbered => eventOf(newEventId(), clock(), cause, { kind: "user", id }, what);

/** @param before the address until now, which hears of another one */
export function whatOf(change: AccountChange, before: Email | null = null): What {
  switch (change.kind) {
    case "set_password":
      return { type: "user.password.changed", mail: { purpose: "password_changed", to: null } };
    case "reset_password":
      return { type: "user.password.reset", mail: { purpose: "password_changed", to: null } };
    case "verify_email":
      return { type: "user.email.verified", data: { password_kept: change.keepPassword } };
    case "set_email":
      return before === null
        ? { type: "user.email.changed" }
        : { type: "user.email.changed", mail: { purpose: "email_changed", to: before } };
    case "set_status":
      return { type: change.status === "active" ? "user.enabled" : "user.disabled" };
    case "assign_role":
      return { type: "user.role.assigned", data: { role: change.role } };
    case "remove_role":
      return { type: "user.role.removed", data: { role: change.role } };
    case "delete":
      return change.reason === undefined
        ? { type: "user.deleted" }
        : { type: "user.deleted", reason: change.reason };
  }
}

/**
 * The event of a row that other hands changed since it was known.
 *
 * @returns null where nothing differs that the copy tells of
 */
export function changedByHand(
  deps: JudgeDeps,
  id: UserId,
  known: AuthorityCopy | null,
  row: RowAfter | null,
): Unnumbered | null {
  if (known === null) return null;
  if (row === null) return happened(deps, id, BY_HAND, { type: "user.deleted" });
  const [before, after] = [known.authority, row.authority];
  const changed = [
    before.status === after.status ? null : "status",
    before.roles.join() === after.roles.join() ? null : "roles",
    before.passwordSetAt === after.passwordSetAt ? null : "password",
    known.verifiedEmail === undefined || known.verifiedEmail === row.verifiedEmail ? null : "email",
  ].filter((name) => name !== null);
  if (changed.length === 0) return null;
  return happened(deps, id, BY_HAND, { type: "user.changed_by_hand", data: { changed } });
}
