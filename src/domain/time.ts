// What a clock says that may have jumped back, in milliseconds. There are two rules, by who would
// suffer from the other: a trust ends, and a wait does not grow.

/**
 * True while less than `maxAge` has passed since something was read, asked or begun. After a clock
 * jumped back the age is unknown, not small, so it counts as old.
 */
export function isYounger(since: number, now: number, maxAge: number): boolean {
  return since <= now && now - since < maxAge;
}

/**
 * Milliseconds from `since` to `now`, never negative: a clock that jumped back must neither
 * lengthen a lock-out nor end a session.
 */
export function elapsed(since: number, now: number): number {
  return Math.max(0, now - since);
}
