import { timed } from "../../core/telemetry/current-request.ts";
import { Unavailable } from "../../use-cases/outside.ts";
import { outageOf } from "../outage.ts";

/**
 * Calls a Durable Object. Every call made this way is harmless to repeat, so one that broke off is
 * made once more, through a fresh stub: after an exception the old one may stay broken. An
 * overloaded object is left alone.
 */
export async function call<Stub, T>(
  stub: () => Stub,
  invoke: (stub: Stub) => Promise<T>,
  dependency: string,
): Promise<T> {
  try {
    return await timed("object", () => invoke(stub()));
  } catch (first) {
    if (!isRetryable(first)) throw failureOf(dependency, first);
    try {
      return await timed("object", () => invoke(stub()));
    } catch (second) {
      throw failureOf(dependency, second);
    }
  }
}

/** For calls that are not repeated: a lost answer must not count twice. */
export async function callOnce<T>(invoke: () => Promise<T>, dependency: string): Promise<T> {
  try {
    return await timed("object", invoke);
  } catch (cause) {
    throw failureOf(dependency, cause);
  }
}

/** Milliseconds within which an object must have caught up: others wait behind it. */
export const PATIENCE = 10_000;

/** For calls that others wait behind: an object that does not answer in time counts as out of reach. */
export async function within<T>(
  milliseconds: number,
  work: Promise<T>,
  dependency: string,
): Promise<T> {
  const answered = new AbortController();
  const late = scheduler.wait(milliseconds, { signal: answered.signal }).then(() => {
    throw new Unavailable(dependency);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => undefined);
    answered.abort();
  }
}

/** An object with older code lacks new methods for some minutes: an outage, no mistake. */
function failureOf(dependency: string, thrown: unknown): Error {
  return lacksMethod(thrown) ? new Unavailable(dependency, thrown) : outageOf(dependency, thrown);
}

const lacksMethod = (thrown: unknown): boolean =>
  thrown instanceof TypeError && thrown.message.includes("does not implement");

/** For what an object with older code may leave undone. */
export function unlessOlder(thrown: unknown): void {
  if (!lacksMethod(thrown)) throw thrown;
}

/** The runtime marks the errors of objects that it could not reach. */
function isRetryable(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const overloaded = "overloaded" in error && error.overloaded === true;
  return "retryable" in error && error.retryable === true && !overloaded;
}
