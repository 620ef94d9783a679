import { env } from "cloudflare:workers";
import fc from "fast-check";
import { linearize, type Operation, type SequentialModel } from "./linearizability.ts";
import { shown } from "./recorded-history.ts";

const RUNS = Number(env.LINEARIZABILITY_RUNS);
const SEED = env.LINEARIZABILITY_SEED === "" ? {} : { seed: Number(env.LINEARIZABILITY_SEED) };

/** Histories among which one must show a mistake. */
const MANY = 200;

/** Milliseconds for all histories, on a machine that has other things to do as well. */
export const PATIENCE = 60_000 + RUNS * 2_000;

/** A plan of calls, how it is played, and the model that must explain what was answered. */
export type Exploration<P, S, I> = {
  readonly plans: fc.Arbitrary<P>;
  readonly play: (plan: P) => Promise<readonly Operation<I, string>[]>;
  readonly modelOf: (plan: P) => SequentialModel<S, I, string>;
};

/** Plays plans: as many as configured, each of which must be explained; a failing one is shrunk. */
export const explainAll = <P, S, I>(exploration: Exploration<P, S, I>): Promise<void> =>
  fc.assert(explaining(exploration), {
    numRuns: RUNS,
    ...SEED,
    // What was found until then is told.
    interruptAfterTimeLimit: PATIENCE - 10_000,
  });

/** Plays plans until one cannot be explained, as must happen where something is wrong. */
export async function findUnexplained<P, S, I>(exploration: Exploration<P, S, I>): Promise<void> {
  const found = await fc.check(explaining(exploration), {
    numRuns: MANY,
    seed: 1,
    endOnFailure: true,
  });
  if (!found.failed) throw new Error(`${MANY} histories showed nothing`);
}

const explaining = <P, S, I>({ plans, play, modelOf }: Exploration<P, S, I>) =>
  fc.asyncProperty(plans, async (plan) => {
    const history = await play(plan);
    const verdict = linearize(history, modelOf(plan));
    if (!verdict.isLinearizable) throw new Error(shown(history, verdict, inWords));
  });

const inWords = (call: unknown): string =>
  Object.values(Object(call))
    .map((part) => (typeof part === "string" ? part : JSON.stringify(part)))
    .join(" ");
