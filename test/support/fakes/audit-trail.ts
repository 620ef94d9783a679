import type { Event } from "../../../src/domain/events/event.ts";
import type { AuditTrail, EventQuery } from "../../../src/use-cases/events/ports.ts";

/** Newest first; of two at one time the one with the greater id. */
const newestFirst = (a: Event, b: Event): number =>
  b.occurredAt - a.occurredAt || (a.id < b.id ? 1 : -1);

/** @property stored all there is, in the order in which it was stored */
export function memoryAuditTrail(): AuditTrail & { readonly stored: readonly Event[] } {
  const stored: Event[] = [];
  return {
    stored,
    async store(events) {
      for (const event of events) {
        if (!stored.some(({ id }) => id === event.id)) stored.push(event);
      }
    },
    async list(query) {
      const found = stored.filter((event) => matches(event, query)).sort(newestFirst);
      return found.slice(0, query.limit);
    },
    async removeBefore(before, limit) {
      const old = stored
        .filter(({ occurredAt }) => occurredAt < before)
        .sort((a, b) => a.occurredAt - b.occurredAt)
        .slice(0, limit);
      for (const event of old) stored.splice(stored.indexOf(event), 1);
      return old.length;
    },
  };
}

function matches(event: Event, { subject, actor, type, since, until, after }: EventQuery): boolean {
  return (
    (subject === null || event.subject.id === subject) &&
    (actor === null || event.actor.id === actor) &&
    (type === null || event.type === type || event.type.startsWith(`${type}.`)) &&
    (since === null || event.occurredAt >= since) &&
    (until === null || event.occurredAt < until) &&
    (after === null || isBehind(event, after))
  );
}

const isBehind = (event: Event, after: Pick<Event, "occurredAt" | "id">): boolean =>
  event.occurredAt < after.occurredAt ||
  (event.occurredAt === after.occurredAt && event.id < after.id);
