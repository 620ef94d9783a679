import type { Outage } from "../../../src/persistence/durable/outcome.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";

/** An outage leaves an object as a value. */
export async function outcomeOf<T>(work: Promise<T>): Promise<T | Outage> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return { kind: "unavailable", dependency: error.dependency };
  }
}
