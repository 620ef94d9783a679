/**
 * Milliseconds from `since` to `now`, never negative: a clock that jumped back must neither
 * lengthen a lock-out nor end a session.
 */
export function elapsed(since: number, now: number): number {
  return Math.max(0, now - since);
}
