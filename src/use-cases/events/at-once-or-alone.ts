import { eachOf } from "../each-of.ts";

/** Failures in a row, with nothing done between them, that tell an outage from bad messages. */
const OUTAGE = 10;

/**
 * Does work for all at once; where that fails, for each alone, so that one bad message holds up no
 * other. In an outage it does not try them all: one that is slow to fail would take minutes.
 *
 * @returns those that it was not done for, each with what went wrong
 */
export async function atOnceOrAlone<T>(
  items: readonly T[],
  work: (items: readonly T[]) => Promise<unknown>,
): Promise<ReadonlyMap<T, unknown>> {
  if (items.length === 0) return new Map();
  try {
    await work(items);
    return new Map();
  } catch (error) {
    return items.length === 1 ? new Map(items.map((item) => [item, error])) : alone(items, work);
  }
}

async function alone<T>(
  items: readonly T[],
  work: (items: readonly T[]) => Promise<unknown>,
): Promise<ReadonlyMap<T, unknown>> {
  const failed = new Map<T, unknown>();
  let [inARow, last] = [0, undefined as unknown];
  await eachOf(items, async (item) => {
    try {
      if (inARow >= OUTAGE) throw last;
      await work([item]);
      inARow = 0;
    } catch (error) {
      inARow++;
      last = error;
      failed.set(item, error);
    }
  });
  return failed;
}
