import { Unavailable } from "../use-cases/outside.ts";

/**
 * By name, which is what is left of an error's class once it came out of a Durable Object. Of a
 * ZodError not even that is left: what reads rows inside an object throws Impossible instead.
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
 * What a store threw is an outage, since every refusal is read from a result. A mistake of our
 * own stays what it is: asking again would not mend it.
 */
export function outageOf(dependency: string, thrown: unknown): Error {
  const isOwnMistake = thrown instanceof Error && OWN_MISTAKES.has(thrown.name);
  return isOwnMistake ? thrown : new Unavailable(dependency, thrown);
}
