import { NO_REQUEST } from "../../../src/domain/access/actor.ts";
import { contextOwner, deletedUser, type Event } from "../../../src/domain/events/event.ts";
import type { UserId } from "../../../src/domain/ids.ts";
import type { AuditTrail, Erasures, EventQuery } from "../../../src/use-cases/events/ports.ts";

type Place = EventQuery["after"];

/** The audit trail, and what it knows of those who were deleted. */
export function memoryAuditTrail(): AuditTrail &
  Erasures & {
    /** All there is, in the order in which it was stored. */
    stored(): readonly Event[];
  } {
  const events = new Map<string, Event>();
  const erased = new Map<UserId, { readonly at: number; done: boolean }>();
  const left = (ids: readonly UserId[]) =>
    [...events.values()].filter(
      (event) =>
        ids.some((id) => id === contextOwner(event)) &&
        Object.values(event.context).some((part) => part !== null),
    );
  const newestFirst = (wanted: (event: Event) => boolean, after: Place, limit: number) =>
    [...events.values()]
      .filter((event) => wanted(event) && (after === null || isOlder(event, after)))
      .sort((a, b) => (isOlder(a, b) ? 1 : -1))
      .slice(0, limit);

  return {
    stored: () => [...events.values()],

    async store(told) {
      for (const event of told) {
        const id = deletedUser(event);
        if (id !== null && !erased.has(id)) erased.set(id, { at: event.occurredAt, done: false });
      }
      const isErased = (event: Event) =>
        [...erased.keys()].some((id) => id === contextOwner(event));
      for (const event of told) {
        const stored = isErased(event) ? { ...event, context: NO_REQUEST } : event;
        if (!events.has(event.id)) events.set(event.id, stored);
      }
    },

    list: async ({ subject, actor, type, since, until, after, limit }) =>
      newestFirst(
        (event) =>
          (subject === null || event.subject.id === subject) &&
          (actor === null || event.actor.id === actor) &&
          (type === null || `${event.type}.`.startsWith(`${type}.`)) &&
          (since === null || event.occurredAt >= since) &&
          (until === null || event.occurredAt < until),
        after,
        limit,
      ),

    listAbout: async (id, after, limit) =>
      newestFirst((event) => [event.subject.id, event.actor.id].includes(id), after, limit),

    async removeBefore(before, limit) {
      const old = [...events.values()].filter((event) => event.occurredAt < before);
      for (const { id } of old.slice(0, limit)) events.delete(id);
      return Math.min(old.length, limit);
    },

    async erase(ids, limit) {
      const some = left(ids).slice(0, limit);
      for (const event of some) events.set(event.id, { ...event, context: NO_REQUEST });
      for (const id of ids) {
        const noted = erased.get(id);
        if (noted !== undefined && left([id]).length === 0) noted.done = true;
      }
      return some.length;
    },

    unfinished: async (limit) =>
      [...erased]
        .filter(([, { done }]) => !done)
        .sort(([, a], [, b]) => a.at - b.at)
        .map(([id]) => id)
        .slice(0, limit),

    async forget(before, limit) {
      const old = [...erased].filter(([, { at, done }]) => done && at < before);
      for (const [id] of old.slice(0, limit)) erased.delete(id);
    },
  };
}

type Position = Pick<Event, "occurredAt" | "id">;

/** Of two at once the one with the lesser id. */
const isOlder = (a: Position, b: Position): boolean =>
  a.occurredAt === b.occurredAt ? a.id < b.id : a.occurredAt < b.occurredAt;
