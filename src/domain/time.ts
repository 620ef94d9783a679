// What clocks say that may have jumped back, or differ from machine to machine; in milliseconds but
// for CLOCK_LEEWAY. By who would suffer from another rule, a trust ends, and a wait does not grow.

/** Seconds by which clocks of two machines may differ, which every verifier forgives (ASVS 9.2.1). */
export const CLOCK_LEEWAY = 30;

/**
 * True while less than `maxAge` has passed since something was read, asked or begun. After a clock
 * jumped back the age is unknown, not small, so it counts as old.
 */
export function isYounger(since: number, now: number, maxAge: number): boolean {
  return since <= now && now - since < maxAge;
}

/** The same of what another machine began, whose clock may be ahead of this one. */
export function isYoungerElsewhere(since: number, now: number, maxAge: number): boolean {
  const isForgiven = since <= now + CLOCK_LEEWAY * 1_000;
  return isYounger(isForgiven ? Math.min(since, now) : since, now, maxAge);
}

/**
 * Milliseconds from `since` to `now`, never negative: a clock that jumped back must neither
 * lengthen a lock-out nor end a session.
 */
export function elapsed(since: number, now: number): number {
  return Math.max(0, now - since);
}
