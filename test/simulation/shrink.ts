import type { Plan, Step } from "./plan.ts";
import { type Outcome, simulate } from "./simulate.ts";

/** Histories that are played to shorten one, at most. */
const MOST_TRIES = 400;

/**
 * Shortens a plan that violates an invariant, while it violates the same one: steps are left out,
 * in ever smaller pieces (Zeller's ddmin), and then the faults that need not strike.
 */
async function shrink(plan: Plan, invariant: string): Promise<readonly Step[]> {
  let { steps } = plan;
  let tries = 0;
  const fails = async (fewer: readonly Step[]): Promise<boolean> => {
    tries += 1;
    if (tries > MOST_TRIES) return false;
    const { violation } = await simulate({ ...plan, steps: fewer });
    return violation?.invariant === invariant;
  };
  for (let size = Math.ceil(steps.length / 2); size >= 1; ) {
    const fewer = await withoutAPiece(steps, size, fails);
    if (fewer !== null) steps = fewer;
    else if (size === 1) break;
    else size = Math.ceil(size / 2);
  }
  return withFewerFaults(steps, fails);
}

type Fails = (steps: readonly Step[]) => Promise<boolean>;

async function withoutAPiece(
  steps: readonly Step[],
  size: number,
  fails: Fails,
): Promise<readonly Step[] | null> {
  for (let from = steps.length - size; from > -size; from -= size) {
    const fewer = steps.filter((_, at) => at < from || at >= from + size);
    if (fewer.length < steps.length && (await fails(fewer))) return fewer;
  }
  return null;
}

async function withFewerFaults(steps: readonly Step[], fails: Fails): Promise<readonly Step[]> {
  let left = steps;
  for (const { id, faults } of steps) {
    for (const fault of faults) {
      const without = left.map((step) =>
        step.id === id ? { ...step, faults: step.faults.filter((one) => one !== fault) } : step,
      );
      if (await fails(without)) left = without;
    }
  }
  return left;
}

/** Steps by their numbers, with the faults that are left where some are not: `3,7:,9:reply lost`. */
function spelled({ steps }: Plan, kept: readonly Step[]): string {
  const faultsOf = new Map(steps.map(({ id, faults }) => [id, faults.length]));
  return kept
    .map(({ id, faults }) =>
      faults.length === faultsOf.get(id) ? `${id}` : `${id}:${faults.join("+")}`,
    )
    .join(",");
}

/** The part of a plan that is spelled so. */
export function keeping(plan: Plan, kept: string): Plan {
  const wanted = new Map(
    kept.split(",").map((part) => {
      const [id = "", faults] = part.split(":");
      return [Number(id), faults] as const;
    }),
  );
  const steps = plan.steps.flatMap((step) => {
    if (!wanted.has(step.id)) return [];
    const names = wanted.get(step.id)?.split("+");
    return [
      names === undefined
        ? step
        : { ...step, faults: step.faults.filter((fault) => names.includes(fault)) },
    ];
  });
  return { ...plan, steps };
}

/** @property kept as `keeping` reads it */
type Shrunk = { readonly kept: string; readonly outcome: Outcome };

export async function shrunk(plan: Plan, invariant: string): Promise<Shrunk> {
  const steps = await shrink(plan, invariant);
  return { kept: spelled(plan, steps), outcome: await simulate({ ...plan, steps }) };
}
