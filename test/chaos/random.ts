/** A seeded source of choices: xmur3 and mulberry32, which are public domain. */
export type Random = {
  /** From 0 up to, and without, 1. */
  next(): number;
  /** A whole number from 0 up to, and without, `below`. */
  below(below: number): number;
  chance(share: number): boolean;
  pick<T>(from: readonly T[]): T | undefined;
  /** By weight. */
  weighted<T>(from: readonly (readonly [weight: number, value: T])[]): T;
  /** A source of its own, so that those who draw at once do not disturb each other. */
  fork(name: string): Random;
};

export function random(seed: string): Random {
  let state = hash(seed);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (share) => next() < share,
    pick: (from) => from[below(from.length)],
    weighted(from) {
      let left = next() * from.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, value] of from) {
        left -= weight;
        if (left < 0) return value;
      }
      throw new Error("nothing to choose from");
    },
    fork: (name) => random(`${seed}/${name}`),
  };
}

function hash(text: string): number {
  let mixed = 1779033703 ^ text.length;
  for (const character of text) {
    mixed = Math.imul(mixed ^ character.charCodeAt(0), 3432918353);
    mixed = (mixed << 13) | (mixed >>> 19);
  }
  return mixed | 0;
}
