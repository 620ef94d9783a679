import type { Fault } from "../faults.ts";
import type { People } from "../people.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";

/**
 * Something that somebody does, from a step's own randomness alone.
 *
 * @returns what the history shows of it
 */
type Act = (world: World, people: People, random: Random) => Promise<string>;

/**
 * Who does something in a history, and what, by name. A new actor is a file here and a line in
 * actors/all.ts.
 *
 * @property weight how often it is drawn beside others
 * @property faults what may strike it
 */
export type Actor = {
  readonly name: string;
  /** In how many histories it takes part, of 1; in all where it is absent. */
  readonly share?: number;
  readonly acts: Readonly<Record<string, { readonly weight: number; readonly run: Act }>>;
  readonly faults: readonly Fault[];
};

/** What may strike whatever is asked over the network. */
export const NETWORK_FAULTS: readonly Fault[] = [
  "request lost",
  "reply lost",
  "request twice",
  "slow network",
  "isolate dies",
  "d1 refuses",
  "d1 reply lost",
  "d1 late",
  "object out of reach",
  "object reply lost",
  "object crashes",
  "object evicted",
  "alarm late",
  "alarm twice",
  "kv refuses",
  "queue refuses",
  "kv late",
  "message twice",
  "audit refuses",
];

/** What may strike where messages travel, beside all that. */
export const MESSAGE_FAULTS: readonly Fault[] = [
  ...NETWORK_FAULTS,
  "queue reply lost",
  "message late",
  "audit reply lost",
  "audit late",
  "mail refuses",
  "mail reply lost",
  "mail late",
];
