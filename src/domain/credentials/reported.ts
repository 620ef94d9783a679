import type { What } from "../events/event.ts";
import { FREE_TRIES, HARD_LIMIT } from "./throttle.ts";

/**
 * What is told of a wrong try: the first in a row, the last free one and the one that locks, so that
 * nobody's guessing can drown the record.
 *
 * @param failures in a row, this one among them
 */
export function reported(kind: "sign_in" | "proof", failures: number): What | null {
  if (failures === HARD_LIMIT) {
    return { type: `${kind}.locked`, outcome: "failure", data: { failures } };
  }
  if (failures !== 1 && failures !== FREE_TRIES) return null;
  return { type: `${kind}.failed`, outcome: "failure", data: { failures } };
}
