export type Spread = { readonly median: number; readonly min: number; readonly max: number };

/** @throws RangeError for no values: what was never measured has no median */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    median: percentile(sorted, 0.5),
    min: at(sorted, 0),
    max: at(sorted, sorted.length - 1),
  };
}

/** @param sorted ascending; between two values the nearer ones are weighed */
export function percentile(sorted: readonly number[], fraction: number): number {
  const place = (sorted.length - 1) * fraction;
  const [below, above] = [at(sorted, Math.floor(place)), at(sorted, Math.ceil(place))];
  return below + (above - below) * (place - Math.floor(place));
}

function at(values: readonly number[], index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError("no values");
  return value;
}

/** Fisher and Yates, so that no server always runs first, while the machine is cool. */
export function shuffled<T>(items: readonly T[]): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
