import type { Clock } from "../../use-cases/outside.ts";

/** What an isolate read a moment ago. */
export type IsolateCopy<T> = {
  /** The copy while it is young, or null. */
  cached(): T | null;
  /** The copy while it is young; else what is read now. */
  read(): Promise<T>;
  /** The next read asks again, and what is being read now is not kept. */
  forget(): void;
};

/**
 * A copy of at most an age, and none rather than an older one. Null is nothing to keep.
 *
 * @param maxAge milliseconds
 */
export function isolateCopy<T>(
  ask: () => Promise<T>,
  maxAge: number,
  clock: Clock,
): IsolateCopy<T> {
  let generation = 0;
  let copy: { readonly value: T; readonly readAt: number } | null = null;

  const cached = (): T | null => {
    // A clock that jumped back makes the copy's age unknown, not small.
    const age = copy === null ? -1 : clock() - copy.readAt;
    return copy !== null && age >= 0 && age < maxAge ? copy.value : null;
  };

  return {
    cached,
    async read() {
      const known = cached();
      if (known !== null) return known;
      const begun = generation;
      const readAt = clock();
      const value = await ask();
      // What was read before a change is no copy of what is there after it.
      if (begun === generation && value !== null) copy = { value, readAt };
      return value;
    },
    forget() {
      generation += 1;
      copy = null;
    },
  };
}
