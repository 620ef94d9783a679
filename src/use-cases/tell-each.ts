import { isYounger } from "../domain/time.ts";
import { eachOf } from "./each-of.ts";
import type { Clock } from "./outside.ts";

/** Milliseconds after which a run tells no further object: the cron's next run begins each minute. */
const LONGEST_RUN = 45_000;

/** @property isMore whether a run had to stop before the end of the feed */
export type CatchUpProgress = {
  readonly caughtUp: number;
  readonly failed: number;
  readonly isMore: boolean;
};

/**
 * Tells the objects of accounts that changed, some at a time.
 *
 * @param begun when the run began (Unix milliseconds)
 * @returns those that could not be told, and why; and those that there was no time for
 */
export async function tellEach<Id>(
  ids: readonly Id[],
  begun: number,
  clock: Clock,
  tell: (id: Id) => Promise<void>,
): Promise<{ readonly failed: ReadonlyMap<Id, unknown>; readonly left: ReadonlySet<Id> }> {
  const left = new Set(ids);
  const failed = new Map<Id, unknown>();
  await eachOf(ids, async (id) => {
    if (!isYounger(begun, clock(), LONGEST_RUN)) return;
    left.delete(id);
    try {
      await tell(id);
    } catch (error) {
      failed.set(id, error);
    }
  });
  return { failed, left };
}
