import { isDeepStrictEqual } from "node:util";

/** @throws naming both, where they differ */
export function assertEqual(actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(`${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`);
}

/** @throws with the words */
export function assert(holds: boolean, words: string): void {
  if (!holds) throw new Error(words);
}
