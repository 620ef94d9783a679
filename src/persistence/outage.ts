import { Unavailable } from "../use-cases/outside.ts";

/**
 * Told by name: an error that came out of a Durable Object has lost its class. A ZodError loses its
 * name as well, so whatever reads rows inside an object throws Impossible instead.
 */
const OWN_MISTAKES: ReadonlySet<string> = new Set([
  "DataCloneError",
  "Impossible",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TypeError",
]);

/**
 * An exception of a store is an outage, since every refusal is a result. A mistake of our own is
 * thrown on as it is: trying again would not mend it.
 */
export function outageOf(dependency: string, thrown: unknown): Error {
  const isOwnMistake = thrown instanceof Error && OWN_MISTAKES.has(thrown.name);
  return isOwnMistake ? thrown : new Unavailable(dependency, thrown);
}
