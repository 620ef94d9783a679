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

/** How two samples compare by rank (Mann and Whitney). */
export type RankTest = {
  /** The chance that one of the first is greater than one of the second: 0.5 for no difference. */
  readonly greater: number;
  /** How likely a difference as large comes about by chance, on either side. */
  readonly p: number;
};

/**
 * The rank test of Mann and Whitney, by the normal approximation with the correction for ties: good
 * from some twenty values on.
 */
export function rankTest(first: readonly number[], second: readonly number[]): RankTest {
  const all = [
    ...first.map((value) => ({ value, isFirst: true })),
    ...second.map((value) => ({ value, isFirst: false })),
  ].sort((a, b) => a.value - b.value);
  const [n, m] = [first.length, second.length];
  let [rankSum, tied] = [0, 0];
  for (let start = 0; start < all.length; ) {
    let end = start;
    while (end < all.length && all[end]?.value === all[start]?.value) end++;
    const rank = (start + 1 + end) / 2;
    rankSum += rank * all.slice(start, end).filter(({ isFirst }) => isFirst).length;
    tied += (end - start) ** 3 - (end - start);
    start = end;
  }
  const u = rankSum - (n * (n + 1)) / 2;
  const total = n + m;
  const deviation = Math.sqrt(((n * m) / 12) * (total + 1 - tied / (total * (total - 1))));
  const z = deviation === 0 ? 0 : (u - (n * m) / 2) / deviation;
  return { greater: u / (n * m), p: 2 * (1 - normal(Math.abs(z))) };
}

/** The distribution function of the standard normal (Abramowitz and Stegun, 7.1.26). */
function normal(z: number): number {
  const x = z / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const poly =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return 1 - (poly * Math.exp(-x * x)) / 2;
}
