import type { Seen } from "../ledger.ts";
import type { People } from "../people.ts";
import type { World } from "../world.ts";

/**
 * What must never happen. A new invariant is a file here and a line in invariants/all.ts; what it
 * has to remember of one history it keeps between `watch` and the end.
 */
export type Invariant = {
  readonly name: string;
  watch(world: World, people: People): Watch;
};

/** Each says what is wrong, or null. */
export type Watch = {
  /** After every answer of the service, whether or not it reached whoever asked. */
  readonly answered?: (seen: Seen) => string | null;
  /** At the end, when faults are over, crons have run and clients have come back. */
  readonly calm?: () => string | null;
};
