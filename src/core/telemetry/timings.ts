import type { Clock } from "../../use-cases/outside.ts";

/**
 * What a request waits for: password hashes with their place in the line, D1, Durable Objects, and
 * signatures.
 */
export type Part = "hash" | "d1" | "object" | "sign";

/** Milliseconds by part; a part that a request did not need is absent. */
export type Spent = { readonly [P in Part]?: number };

type Count = { open: number; since: number; spent: number };

/** Where the time of one request went. */
export class Timings {
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #counts = new Map<Part, Count>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock();
  }

  /** Counts the time until the work ends. What goes on at once counts once, not added up. */
  async time<T>(part: Part, work: () => Promise<T>): Promise<T> {
    const count = this.#countOf(part);
    if (count.open++ === 0) count.since = this.#clock();
    try {
      return await work();
    } finally {
      if (--count.open === 0) count.spent += this.#clock() - count.since;
    }
  }

  /** Milliseconds since the request came. */
  duration(): number {
    return this.#clock() - this.#startedAt;
  }

  spent(): Spent {
    return Object.fromEntries([...this.#counts].map(([part, { spent }]) => [part, spent]));
  }

  #countOf(part: Part): Count {
    const known = this.#counts.get(part);
    if (known !== undefined) return known;
    const fresh = { open: 0, since: 0, spent: 0 };
    this.#counts.set(part, fresh);
    return fresh;
  }
}
