import type { AccountChange, RowAfter } from "../../../domain/accounts/account-change.ts";
import {
  BY_HAND,
  type Cause,
  eventOf,
  type Unnumbered,
  type What,
} from "../../../domain/events/event.ts";
import type { UserId } from "../../../domain/ids.ts";
import type { AuthorityCopy } from "../ports.ts";
import type { JudgeDeps } from "./keep-authority.ts";

/** The event of an act on this user, now. */
export const happened = (
  { clock, newEventId }: Pick<JudgeDeps, "clock" | "newEventId">,
  id: UserId,
  cause: Cause,
  what: What,
): Unnumbered => eventOf(newEventId(), clock(), cause, { kind: "user", id }, what);

export function whatOf(change: AccountChange): What {
  switch (change.kind) {
    case "set_password":
      return { type: "user.password.changed" };
    case "set_status":
      return { type: change.status === "active" ? "user.enabled" : "user.disabled" };
    case "assign_role":
      return { type: "user.role.assigned", data: { role: change.role } };
    case "remove_role":
      return { type: "user.role.removed", data: { role: change.role } };
    case "delete":
      return { type: "user.deleted" };
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
