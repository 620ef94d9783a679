import type { Clock, Defer } from "../../use-cases/outside.ts";

/**
 * Work whose result serves all who ask within an age of its beginning, also while it is under way.
 * It is deferred, so that it goes on when whoever began it is gone; work that hangs is given up on
 * at that age.
 *
 * @param maxAge milliseconds
 */
export function sharedWork<A, T>(
  work: (by: A) => Promise<T>,
  maxAge: number,
  clock: Clock,
  defer: Defer,
): (by: A) => Promise<T> {
  let latest: { readonly since: number; readonly result: Promise<T> } | null = null;

  return (by) => {
    // A clock that jumped back makes the age unknown, not small.
    const age = latest === null ? -1 : clock() - latest.since;
    if (latest !== null && age >= 0 && age < maxAge) return latest.result;
    const result = work(by);
    defer(() => result);
    latest = { since: clock(), result };
    return result;
  };
}
