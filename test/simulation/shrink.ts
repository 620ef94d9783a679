import type { Plan, Step } from "./plan.ts";
import { type Outcome, simulate } from "./simulate.ts";

/** Histories that are played to shorten one, at most. */
const MOST_TRIES = 400;

/**
 * Shortens a plan that violates an invariant, while it violates the same one: steps are left out,
 * in ever smaller pieces (Zeller's ddmin).
 */
export async function shrink(plan: Plan, invariant: string): Promise<readonly Step[]> {
  let { steps } = plan;
  let tries = 0;
  const fails = async (fewer: readonly Step[]): Promise<boolean> => {
    tries += 1;
    const { violation } = await simulate({ ...plan, steps: fewer });
    return violation?.invariant === invariant;
  };
  for (let size = Math.ceil(steps.length / 2); size >= 1 && tries < MOST_TRIES; ) {
    const fewer = await withoutAPiece(steps, size, fails);
    if (fewer !== null) steps = fewer;
    else if (size === 1) break;
    else size = Math.ceil(size / 2);
  }
  return steps;
}

async function withoutAPiece(
  steps: readonly Step[],
  size: number,
  fails: (fewer: readonly Step[]) => Promise<boolean>,
): Promise<readonly Step[] | null> {
  for (let from = steps.length - size; from > -size; from -= size) {
    const fewer = steps.filter((_, at) => at < from || at >= from + size);
    if (fewer.length < steps.length && (await fails(fewer))) return fewer;
  }
  return null;
}

/** The steps of a plan that are kept, by their numbers. */
export const keeping = (plan: Plan, ids: readonly number[]): Plan => ({
  ...plan,
  steps: plan.steps.filter(({ id }) => ids.includes(id)),
});

export type Shrunk = { readonly kept: readonly number[]; readonly outcome: Outcome };

export async function shrunk(plan: Plan, invariant: string): Promise<Shrunk> {
  const steps = await shrink(plan, invariant);
  return { kept: steps.map(({ id }) => id), outcome: await simulate({ ...plan, steps }) };
}
