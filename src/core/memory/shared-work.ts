import { isYounger } from "../../domain/time.ts";
import type { Clock, Defer } from "../../use-cases/outside.ts";
import { ofThisRequest } from "./of-this-request.ts";

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
    if (latest !== null && isYounger(latest.since, clock(), maxAge)) {
      return ofThisRequest(latest.result);
    }
    const result = work(by);
    defer(() => result);
    latest = { since: clock(), result };
    return result;
  };
}
