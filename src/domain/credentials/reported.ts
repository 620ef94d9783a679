import type { What } from "../events/event.ts";
import { FREE_FACTOR_TRIES, FREE_TRIES, HARD_LIMIT } from "./throttle.ts";

/** What was tried: a password or a mailed code at sign-in, a proof by somebody known, a factor. */
type Tried = "sign_in" | "proof" | "factor";

const LAST_FREE: Readonly<Record<Tried, number>> = {
  sign_in: FREE_TRIES,
  proof: FREE_TRIES,
  factor: FREE_FACTOR_TRIES,
};

/**
 * What is told of a wrong try: the first in a row, the last free one and the one that locks, so that
 * nobody's guessing can drown the record.
 *
 * @param failures in a row, this one among them
 */
export function reported(kind: Tried, failures: number): What | null {
  if (failures === HARD_LIMIT) {
    return { type: `${kind}.locked`, outcome: "failure", data: { failures } };
  }
  if (failures !== 1 && failures !== LAST_FREE[kind]) return null;
  return { type: `${kind}.failed`, outcome: "failure", data: { failures } };
}
