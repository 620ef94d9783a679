import type { Event, Unnumbered } from "../../../domain/events/event.ts";
import { FIRST_PATIENCE, LONGEST_PATIENCE, nextDue } from "../../../domain/events/patience.ts";
import type { EventMessage, EventQueue, ObjectOutbox } from "../../../use-cases/events/ports.ts";
import type { Clock, Defer } from "../../../use-cases/outside.ts";

const PREFIX = "event/";

/** Events sent in one go. */
const AT_ONCE = 100;

type Deps = {
  readonly kv: SyncKvStorage;
  readonly queue: EventQueue;
  readonly clock: Clock;
  readonly defer: Defer;
  /** Below the first place. An object that can be emptied must not give a place twice. */
  readonly placesAfter: () => number;
  readonly addressed: (event: Unnumbered, place: number) => EventMessage;
};

const keyOf = (place: number): string => PREFIX + String(place).padStart(15, "0");
const placeOf = (key: string): number => Number(key.slice(PREFIX.length));

/**
 * The events of one object that are not known to be stored. The newest place is kept, empty, when
 * its event is gone: so the next one needs no counter of its own.
 */
export class KvOutbox implements ObjectOutbox {
  readonly #deps: Deps;
  #isSending = false;
  /** The last place that was sent since the object woke. */
  #sentTo = 0;
  #dueAt: number | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Sends a moment later: by then the step is over, and its messages leave once it is durable. */
  add(event: Unnumbered): void {
    const { kv, placesAfter } = this.#deps;
    kv.put(keyOf((this.#last() ?? placesAfter()) + 1), event);
    if (this.#isSending) return;
    this.#isSending = true;
    this.#deps.defer(async () => {
      await null;
      this.#isSending = false;
      await this.#sendAfter(this.#sentTo);
    });
  }

  confirm(places: readonly number[]): void {
    const { kv } = this.#deps;
    const last = this.#last();
    if (last === null) return;
    for (const place of places) if (place < last) kv.delete(keyOf(place));
    if (places.includes(last)) kv.put(keyOf(last), null);
    for (const [place, event] of this.#kept(0)) {
      if (event === null && place < last) kv.delete(keyOf(place));
    }
    if (this.#oldest() === null) this.#dueAt = null;
  }

  left(): readonly Event[] {
    const { addressed } = this.#deps;
    return this.#kept(0).flatMap(([place, event]) =>
      event === null ? [] : addressed(event, place).event,
    );
  }

  dueAt(): number | null {
    const oldest = this.#oldest();
    if (oldest === null) return null;
    // A clock that jumped back puts nothing off for longer than anything waits.
    const latest = this.#deps.clock() + LONGEST_PATIENCE;
    this.#dueAt = Math.min(this.#dueAt ?? oldest + FIRST_PATIENCE, latest);
    return this.#dueAt;
  }

  sendAgain(): void {
    const now = this.#deps.clock();
    this.#dueAt = nextDue(this.#oldest() ?? now, now);
    this.#deps.defer(() => this.#sendAfter(0));
  }

  isUnused(): boolean {
    return this.#last() === null;
  }

  async #sendAfter(place: number): Promise<void> {
    const { queue, addressed } = this.#deps;
    let last = place;
    for (let kept = this.#kept(last); kept.length > 0; kept = this.#kept(last)) {
      const messages = kept.flatMap(([at, event]) => (event === null ? [] : addressed(event, at)));
      if (messages.length > 0) await queue.send(messages);
      last = kept.at(-1)?.[0] ?? last;
      this.#sentTo = Math.max(this.#sentTo, last);
    }
  }

  /** Null before the first. */
  #last(): number | null {
    const [last] = this.#deps.kv.list({ prefix: PREFIX, reverse: true, limit: 1 });
    return last === undefined ? null : placeOf(last[0]);
  }

  /** @returns the oldest after a place, some at a time */
  #kept(place: number): [place: number, event: Unnumbered | null][] {
    const { kv } = this.#deps;
    const found = kv.list<Unnumbered | null>({
      prefix: PREFIX,
      start: keyOf(place + 1),
      limit: AT_ONCE,
    });
    return [...found].map(([key, event]) => [placeOf(key), event]);
  }

  /** When the oldest that is left happened. */
  #oldest(): number | null {
    return this.#kept(0).find(([, event]) => event !== null)?.[1]?.occurredAt ?? null;
  }
}
