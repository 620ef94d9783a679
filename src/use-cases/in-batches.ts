/** Rows removed in one statement, which stays far inside D1's limits, and at most so often in a run. */
const BATCH = 500;
const MAX_BATCHES = 20;

/**
 * Removes some at a time until none are left, or the run has done its part.
 *
 * @param remove answers how many it was: the limit if more are left
 * @returns how many in all
 */
export async function inBatches(remove: (limit: number) => Promise<number>): Promise<number> {
  let removed = 0;
  for (let batch = 1; batch <= MAX_BATCHES; batch++) {
    removed += await remove(BATCH);
    if (removed < batch * BATCH) break;
  }
  return removed;
}
