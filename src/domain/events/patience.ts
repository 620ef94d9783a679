/** Milliseconds after which a message that nobody confirmed is sent again, and at most. */
export const FIRST_PATIENCE = 60_000;
export const LONGEST_PATIENCE = 60 * 60_000;

/**
 * When a message that leaves now is sent again, unless somebody confirms it: the wait doubles, since
 * it is as long as the message has waited. A clock that jumped makes it neither shorter nor longer
 * than any other.
 *
 * @param occurredAt Unix milliseconds, as the next
 */
export const nextDue = (occurredAt: number, now: number): number =>
  now + Math.min(Math.max(now - occurredAt, FIRST_PATIENCE), LONGEST_PATIENCE);
