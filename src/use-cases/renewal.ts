import { isYounger } from "../domain/time.ts";
import type { Clock, Defer } from "./outside.ts";

/** The fraction of the greatest age from which a copy in use is renewed: 22 hours of a day. */
const RENEWAL_AGE = 11 / 12;

/** Milliseconds after which a renewal that has no answer is no longer waited for. */
const LONGEST_RENEWAL = 60_000;

/** Keeps an object's copy of what D1 says from growing old. */
export type Renewal = {
  /**
   * @param checkedAt when D1 last said so (Unix milliseconds)
   * @param maxAge milliseconds
   * @returns whether D1 is read before the copy is used, or behind the caller's back
   */
  due(checkedAt: number, maxAge: number): "first" | "behind" | "not yet";
  /** Reads in the background, once at a time: nobody waits for D1 or is stopped by its outage. */
  behind(read: () => Promise<unknown>): void;
};

export function renewal(clock: Clock, defer: Defer): Renewal {
  let underWaySince: number | null = null;

  return {
    due(checkedAt, maxAge) {
      const isYoungerThan = (age: number) => isYounger(checkedAt, clock(), age);
      if (!isYoungerThan(maxAge)) return "first";
      return isYoungerThan(maxAge * RENEWAL_AGE) ? "not yet" : "behind";
    },

    behind(read) {
      const since = clock();
      if (underWaySince !== null && isYounger(underWaySince, since, LONGEST_RENEWAL)) return;
      underWaySince = since;
      defer(() =>
        read().finally(() => {
          if (underWaySince === since) underWaySince = null;
        }),
      );
    },
  };
}
