import { consoleLog, errorDetails } from "../../core/logging.ts";
import { Unavailable } from "../../use-cases/outside.ts";

/** D1 or another part did not answer, so the outcome is unknown. */
export type Outage = { readonly kind: "unavailable"; readonly dependency: string };

/** An outage as a value: exceptions lose their kind on the way out of an object. */
export async function outcomeOf<T>(work: Promise<T>): Promise<T | Outage> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    const { dependency } = error;
    // Here and not in the Worker: the cause does not leave the object.
    consoleLog.error({ event: "dependency_failed", dependency, ...errorDetails(error) });
    return { kind: "unavailable", dependency };
  }
}

/** An outage inside the object becomes one here. */
export function answered<A extends { readonly kind: string }>(answer: A | Outage): A {
  if (isOutage(answer)) throw new Unavailable(answer.dependency);
  return answer;
}

const isOutage = (answer: { readonly kind: string }): answer is Outage =>
  answer.kind === "unavailable";
