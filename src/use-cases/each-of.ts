/** Calls of one invocation to other parts that are under way at the same time; Workers allow six. */
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
