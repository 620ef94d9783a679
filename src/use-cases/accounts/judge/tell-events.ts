import type { AccountChange, RowAfter } from "../../../domain/accounts/account-change.ts";
import type { Email } from "../../../domain/accounts/email.ts";
import {
  BY_HAND,
  type Cause,
  type EventType,
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

/** What a change of the service's own changes of the row, as `changed` names it. */
const CHANGED_BY: Readonly<Partial<Record<EventType, string>>> = {
  "user.disabled": "status",
  "user.enabled": "status",
  "user.password.changed": "password",
  "user.role.assigned": "roles",
  "user.role.removed": "roles",
};

/**
 * The events of a row that is not what was known.
 *
 * @param made the event of a change of the service's own that turned out to be made, or null
 * @param base the version that it was made on
 * @returns none where nothing differs that the copy tells of
 */
export function eventsOf(
  deps: JudgeDeps,
  id: UserId,
  known: AuthorityCopy | null,
  row: RowAfter | null,
  made: Unnumbered | null,
  base: number,
): Unnumbered[] {
  const byHand = (what: What) => happened(deps, id, BY_HAND, what);
  const events = made === null ? [] : [made];
  if (known === null) return events;
  if (row === null) return made === null ? [byHand({ type: "user.deleted" })] : events;
  const changed = differences(known, row);
  if (made === null) {
    if (changed.length === 0) return events;
    return [byHand({ type: "user.changed_by_hand", data: { changed } })];
  }
  // A version beyond the change's own: other hands came between it and this reading.
  if (row.authority.version <= base + 1) return events;
  const own = CHANGED_BY[made.type];
  const others = changed.filter((name) => name !== own);
  const beside = others.length > 0 || own === undefined ? others : [own];
  return [made, byHand({ type: "user.changed_by_hand", data: { changed: beside } })];
}

function differences(known: AuthorityCopy, row: RowAfter): string[] {
  const [before, after] = [known.authority, row.authority];
  return [
    before.status === after.status ? null : "status",
    before.roles.join() === after.roles.join() ? null : "roles",
    before.passwordSetAt === after.passwordSetAt ? null : "password",
    known.verifiedEmail === undefined || known.verifiedEmail === row.verifiedEmail ? null : "email",
  ].filter((name) => name !== null);
}
