/** Calls of one run that are under way at once. The two feeds of a cron run beside each other. */
const AT_ONCE = 6;

/** Does the work for each of them, some at a time. */
export async function eachOf<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
