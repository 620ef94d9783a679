import type { UserId } from "../../domain/ids.ts";
import type { DeadLetters, Erasures } from "./ports.ts";

/** Events in one statement, which stays far inside D1's limits. */
const BATCH = 1_000;

export type EraseDeps = {
  readonly erasures: Pick<Erasures, "erase">;
  readonly deadLetters: Pick<DeadLetters, "erase">;
};

/**
 * Takes out of what is kept of events where these deleted users were. It repeats nothing that was
 * done, so whoever breaks off begins again. The dead letters come first, since the audit trail
 * notes who is done.
 *
 * @param maxBatches after which the rest is left to the cron
 * @throws Unavailable when a database does not answer
 */
export async function eraseContext(
  { erasures, deadLetters }: EraseDeps,
  ids: readonly UserId[],
  maxBatches: number,
): Promise<void> {
  for (let batch = 0; batch < maxBatches; batch++) {
    if ((await deadLetters.erase(ids, BATCH)) === BATCH) continue;
    if ((await erasures.erase(ids, BATCH)) < BATCH) return;
  }
}
