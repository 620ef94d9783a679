import { elapsed, isYounger } from "../time.ts";

/** Failures in a row for one login name. Times and durations are milliseconds. */
export type ThrottleState = { readonly failures: number; readonly lastAt: number };

/** Failures without a delay, so that a typing error or two cost nobody time. */
export const FREE_TRIES = 10;
/** Of a second factor, which is six digits: fewer typing errors, and much easier to guess. */
export const FREE_FACTOR_TRIES = 5;
const FIRST_DELAY = 1_000;
const LONGEST_DELAY = 60 * 60 * 1_000;
/** Failures are forgotten after so long without a try. */
export const QUIET_PERIOD = 24 * 60 * 60 * 1_000;
/** NIST SP 800-63B-4, section 3.2.2: no more than 100 consecutive failures. */
export const HARD_LIMIT = 100;
/** A lock is forgotten after so long without a try: no stranger shuts an account for good. */
export const LOCK_PERIOD = 30 * QUIET_PERIOD;

export type Reservation =
  | { readonly kind: "allowed"; readonly state: ThrottleState }
  /** @property lastAt when the last try was counted */
  | {
      readonly kind: "delayed" | "locked";
      readonly retryAfter: number;
      readonly lastAt: number;
    };

/**
 * Counts a try before its outcome is known, so that parallel tries cannot outrun the count.
 * A refused try changes nothing.
 *
 * @param credentialSetAt when the credential that is tried was set, if that is known: failures
 *   from before were made against another one, or against none
 * @param free failures without a delay
 */
export function reserve(
  known: ThrottleState | null,
  now: number,
  credentialSetAt = Number.NEGATIVE_INFINITY,
  free = FREE_TRIES,
): Reservation {
  if (known === null || isForgotten(known, now, credentialSetAt)) {
    return { kind: "allowed", state: { failures: 1, lastAt: now } };
  }
  const { failures, lastAt } = known;
  if (failures >= HARD_LIMIT) return { kind: "locked", retryAfter: LONGEST_DELAY, lastAt };
  const delay = delayAfter(failures, free);
  // A clock that jumped back ends the delay: waiting for its time to come round again would
  // lengthen it by the whole jump.
  return isYounger(lastAt, now, delay)
    ? { kind: "delayed", retryAfter: delay - elapsed(lastAt, now), lastAt }
    : { kind: "allowed", state: { failures: failures + 1, lastAt: now } };
}

/**
 * A credential that seems to be set in the future forgives nothing: every try would count as the
 * first.
 */
function isForgotten(known: ThrottleState, now: number, credentialSetAt: number): boolean {
  const isOlder = known.lastAt < credentialSetAt && credentialSetAt <= now;
  return isOlder || elapsed(known.lastAt, now) >= periodOf(known);
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

/** When nothing is left to remember (Unix milliseconds). */
export const forgottenAt = (state: ThrottleState): number => state.lastAt + periodOf(state);

const periodOf = ({ failures }: ThrottleState): number =>
  failures >= HARD_LIMIT ? LOCK_PERIOD : QUIET_PERIOD;

function delayAfter(failures: number, free: number): number {
  if (failures < free) return 0;
  return Math.min(FIRST_DELAY * 2 ** (failures - free), LONGEST_DELAY);
}
