import { elapsed } from "./time.ts";

/** Failures in a row for one login name. Times and durations are milliseconds. */
export type ThrottleState = { readonly failures: number; readonly lastAt: number };

/** Tries that wait for nothing, so that a typing error or two cost no one time. */
export const FREE_TRIES = 10;
const FIRST_DELAY = 1_000;
const LONGEST_DELAY = 60 * 60 * 1_000;
/** After so long without a try, failures are forgotten. */
export const QUIET_PERIOD = 24 * 60 * 60 * 1_000;
/** NIST SP 800-63B-4, section 3.2.2: no more than 100 consecutive failures. */
export const HARD_LIMIT = 100;

export type Reservation =
  | { readonly kind: "allowed"; readonly state: ThrottleState }
  | { readonly kind: "delayed"; readonly retryAfter: number }
  | { readonly kind: "locked"; readonly retryAfter: number };

/**
 * Counts a try before its outcome is known, so that parallel tries cannot outrun the count.
 * A refused try changes nothing.
 */
export function reserve(known: ThrottleState | null, now: number): Reservation {
  if (known !== null && known.failures >= HARD_LIMIT) {
    return { kind: "locked", retryAfter: LONGEST_DELAY };
  }
  if (known === null || elapsed(known.lastAt, now) >= QUIET_PERIOD) {
    return { kind: "allowed", state: { failures: 1, lastAt: now } };
  }
  // Before the last try only a clock that jumped back can be: how long ago it was is unknown, and
  // to wait until that time comes round again would lengthen the delay by the whole jump.
  const wait = now < known.lastAt ? 0 : delayAfter(known.failures) - (now - known.lastAt);
  return wait > 0
    ? { kind: "delayed", retryAfter: wait }
    : { kind: "allowed", state: { failures: known.failures + 1, lastAt: now } };
}

/**
 * Takes a reserved try back when an outage, not the password, ended it.
 *
 * @param before the state the try was reserved on
 * @param reserved the state the reservation made
 */
export function release(
  known: ThrottleState | null,
  before: ThrottleState | null,
  reserved: ThrottleState,
): ThrottleState | null {
  if (known === null) return null;
  const untouched = known.failures === reserved.failures && known.lastAt === reserved.lastAt;
  if (untouched) return before;
  return known.failures <= 1 ? null : { ...known, failures: known.failures - 1 };
}

/** When nothing is left to remember, or null while only a reset or an administrator reopens it. */
export function forgottenAt(state: ThrottleState): number | null {
  return state.failures >= HARD_LIMIT ? null : state.lastAt + QUIET_PERIOD;
}

function delayAfter(failures: number): number {
  if (failures < FREE_TRIES) return 0;
  return Math.min(FIRST_DELAY * 2 ** (failures - FREE_TRIES), LONGEST_DELAY);
}
