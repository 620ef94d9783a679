/** Random numbers that a seed decides (Marsaglia's xorshift, 32 bits). */
export type Random = {
  /** A whole number from 0, less than `limit`. */
  below(limit: number): number;
  /** @throws when there is nothing to choose from */
  of<T>(choices: readonly T[]): T;
};

export function randomFrom(seed: number): Random {
  let state = (seed % 0xffff_fffe) | 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  for (let i = 0; i < 20; i++) next(); // small seeds begin alike
  const below = (limit: number): number => next() % limit;
  return {
    below,
    of(choices) {
      if (choices.length === 0) throw new Error("nothing to choose from");
      return choices[below(choices.length)] as (typeof choices)[number];
    },
  };
}
