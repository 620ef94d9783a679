import type { Event } from "../../../src/domain/events/event.ts";
import type { ObjectOutbox } from "../../../src/use-cases/events/ports.ts";

/**
 * An object's outbox in memory, which sends nothing.
 *
 * @param events gets all that is told, in order
 * @param seqOf what an event at a place is numbered
 */
export function memoryOutbox(
  events: Event[],
  seqOf: (place: number) => number | null,
): ObjectOutbox {
  let last = 0;
  const left = new Map<number, Event>();
  return {
    add(event) {
      last += 1;
      const told = { ...event, seq: seqOf(last) };
      left.set(last, told);
      events.push(told);
    },
    confirm(places) {
      for (const place of places) left.delete(place);
    },
    left: () => [...left.values()].slice(0, 100),
    dueAt: () => null, // no alarm rings here
    sendAgain: () => undefined,
    isUnused: () => last === 0,
  };
}
