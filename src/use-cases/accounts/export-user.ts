import type { Actor, Person } from "../../domain/access/actor.ts";
import type { User } from "../../domain/accounts/user.ts";
import { causeOf, type Event } from "../../domain/events/event.ts";
import type { UserId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { shownTo } from "../events/list-own-events.ts";
import type { AuditTrail, EventQuery } from "../events/ports.ts";
import type { Clock } from "../outside.ts";
import { type ChangeUserDeps, targetOf, type UserRefusal } from "./change-user.ts";
import type { Held, UserObjects } from "./ports.ts";

/** Events in a page of the audit trail, and pages in a document: a few megabytes. */
const PAGE = 500;
const MAX_PAGES = 10;

export type ExportDeps = Pick<ChangeUserDeps, "users" | "roles"> & {
  readonly accounts: Pick<UserObjects, "exportHeld">;
  readonly audit: Pick<AuditTrail, "listAbout">;
  readonly clock: Clock;
};

/**
 * Everything that is held of a person, but for hashes. Of events that others did, not where those
 * others were.
 *
 * @property exportedAt Unix milliseconds
 * @property last the last event of this document when older ones follow, or null
 */
export type UserExport = {
  readonly exportedAt: number;
  readonly user: User;
  readonly hasPassword: boolean;
  readonly held: Held;
  readonly events: readonly Event[];
  readonly last: Event | null;
};

/** What is held of somebody who may do no more than the actor. */
export async function exportUser(
  deps: ExportDeps,
  actor: Actor,
  userId: UserId,
  after: EventQuery["after"],
): Promise<Result<UserExport, UserRefusal>> {
  const target = await targetOf(deps, actor, userId, null);
  return target.ok ? collect(deps, actor, userId, after) : target;
}

/** What is held of oneself. */
export const exportOwnAccount = (
  deps: ExportDeps,
  actor: Person,
  after: EventQuery["after"],
): Promise<Result<UserExport, "not_found">> => collect(deps, actor, actor.userId, after);

/**
 * The object before the trail, the way that events go: one that moves meanwhile is in one of them at
 * least. It tells of the export before anybody has it, so one that breaks off is told as well.
 */
async function collect(
  deps: ExportDeps,
  actor: Actor,
  userId: UserId,
  after: EventQuery["after"],
): Promise<Result<UserExport, "not_found">> {
  const found = await deps.users.findById(userId);
  if (found === null) return err("not_found");
  const held = await deps.accounts.exportHeld(userId, causeOf(actor));
  if (held === null) return err("not_found");
  const { events, last } = await eventsAbout(deps, userId, after);
  const stored = new Set(events.map(({ id }) => id));
  const unstored = held.events.filter(({ id }) => !stored.has(id));
  const shown = (some: readonly Event[]) => some.map((event) => shownTo(userId, event));
  return ok({
    exportedAt: deps.clock(),
    user: found.user,
    hasPassword: found.passwordHash !== null,
    held: { ...held, events: shown(unstored) },
    events: shown(events),
    last,
  });
}

async function eventsAbout(
  { audit }: ExportDeps,
  userId: UserId,
  after: EventQuery["after"],
): Promise<Pick<UserExport, "events" | "last">> {
  const events: Event[] = [];
  for (let page = 0; page < MAX_PAGES; page++) {
    const more = await audit.listAbout(userId, events.at(-1) ?? after, PAGE);
    events.push(...more);
    if (more.length < PAGE) return { events, last: null };
  }
  return { events, last: events.at(-1) ?? null };
}
