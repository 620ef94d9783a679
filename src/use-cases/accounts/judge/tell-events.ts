import type { AccountChange, RowAfter } from "../../../domain/accounts/account-change.ts";
import type { Email } from "../../../domain/accounts/email.ts";
import {
  BY_HAND,
  type Cause,
  type EventMail,
  type EventType,
  eventOf,
  type Unnumbered,
  type What,
} from "../../../domain/events/event.ts";
import type { UserId } from "../../../domain/ids.ts";
import { heldFactors } from "../../credentials/take-factor.ts";
import type { AuthorityCopy, UserStore } from "../ports.ts";
import type { JudgeDeps } from "./keep-authority.ts";

/** A message about a factor to the account's own address. */
export const factorMail = (purpose: "factor_added" | "factor_removed"): EventMail => ({
  purpose,
  to: null,
});

/** Told when the code is used already: `left` does not count it. */
export const recoveryCodeUsed = ({ secondFactors }: Pick<UserStore, "secondFactors">): What => ({
  type: "factor.recovery_code_used",
  data: { left: heldFactors(secondFactors).recoveryCodesLeft },
  mail: { purpose: "recovery_code_used", to: null },
});

/** What a change of an account is told as. */
type ChangeEvent = Extract<
  EventType,
  | "user.deleted"
  | "user.disabled"
  | "user.enabled"
  | `user.email.${string}`
  | `user.password.${string}`
  | `user.role.${string}`
>;

type Made = What & { readonly type: ChangeEvent };

/** The event of an act on this user, now. */
export const happened = (
  { clock, newEventId }: Pick<JudgeDeps, "clock" | "newEventId">,
  id: UserId,
  cause: Cause,
  what: What,
): Unnumbered => eventOf(newEventId(), clock(), cause, { kind: "user", id }, what);

/** @param before the address until now, which hears of another one */
export function whatOf(change: AccountChange, before: Email | null = null): Made {
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

/** What `changed` may name. */
const NAMES = ["status", "roles", "password", "email"] as const;
type Changed = (typeof NAMES)[number];

/** What changes of the service's own change of the row. */
const CHANGED_BY: Readonly<Record<ChangeEvent, readonly Changed[]>> = {
  "user.deleted": [],
  "user.disabled": ["status"],
  "user.email.changed": ["email"],
  "user.email.verified": ["password", "email"],
  "user.enabled": ["status"],
  "user.password.changed": ["password"],
  "user.password.reset": ["password", "email"],
  "user.role.assigned": ["roles"],
  "user.role.removed": ["roles"],
};

/** What this one changed of the row that was known. */
function changedBy({ type, data }: Unnumbered, { verifiedEmail }: AuthorityCopy): Changed[] {
  const all: Readonly<Partial<Record<EventType, readonly Changed[]>>> = CHANGED_BY;
  const isKept: Readonly<Record<Changed, boolean>> = {
    status: false,
    roles: false,
    password: data["password_kept"] === true,
    // It was verified before, or nobody can tell.
    email:
      verifiedEmail === undefined || (verifiedEmail !== null && type === "user.password.reset"),
  };
  return (all[type] ?? []).filter((name) => !isKept[name]);
}

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
    return [byHand(toldByHand(changed, row))];
  }
  // A version beyond the change's own: other hands came between it and this reading.
  if (row.authority.version <= base + 1) return events;
  const beside = besides(changedBy(made, known), changed);
  return [made, byHand(toldByHand(beside, row))];
}

/** Which roles it has now stands with it: an administrator may have been made. */
const toldByHand = (changed: readonly Changed[], { authority }: RowAfter): What => ({
  type: "user.changed_by_hand",
  data: { changed, ...(changed.includes("roles") ? { roles: authority.roles } : {}) },
});

/** What others changed: what differs and is not its own, or is its own and does not differ. */
function besides(own: readonly Changed[], changed: readonly Changed[]): readonly Changed[] {
  const others = changed.filter((name) => !own.includes(name));
  const undone = own.filter((name) => !changed.includes(name));
  const beside = [...others, ...undone];
  return beside.length > 0 ? beside : own;
}

function differences(known: AuthorityCopy, row: RowAfter): Changed[] {
  const [before, after] = [known.authority, row.authority];
  const isOther: Readonly<Record<Changed, boolean>> = {
    status: before.status !== after.status,
    roles: before.roles.join() !== after.roles.join(),
    password: before.passwordSetAt !== after.passwordSetAt,
    email: known.verifiedEmail !== undefined && known.verifiedEmail !== row.verifiedEmail,
  };
  return NAMES.filter((name) => isOther[name]);
}
