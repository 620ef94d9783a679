import type { Plan } from "./plan.ts";
import { shrunk } from "./shrink.ts";
import type { Violation } from "./simulate.ts";

/** A violation as somebody mends it from: the shortest history found, and how to see it again. */
export async function reportOf(plan: Plan, { invariant, what }: Violation): Promise<string> {
  const { kept, outcome } = await shrunk(plan, invariant);
  return [
    `seed ${plan.seed} violates: ${invariant}`,
    `  ${outcome.violation?.what ?? what}`,
    ...outcome.lines.map((line) => `  ${line}`),
    `npm run sim -- --seed ${plan.seed} --keep ${kept.join(",")}`,
  ].join("\n");
}
