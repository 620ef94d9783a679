import type { Plan } from "./plan.ts";
import { shrunk } from "./shrink.ts";
import type { Outcome, Violation } from "./simulate.ts";

/** A history as somebody reads it, one line a step. */
export const linesOf = ({ played }: Outcome): readonly string[] =>
  played.map(({ step: { id, at, actor, what }, struck, answer }) => {
    const faults = struck.length === 0 ? "" : ` [${struck.join(", ")}]`;
    return `${id}\t${clockOf(at)} ${actor} ${what}${faults} -> ${answer}`;
  });

/** A violation as somebody mends it from: the shortest history found, and how to see it again. */
export async function reportOf(plan: Plan, { invariant, what }: Violation): Promise<string> {
  const { kept, outcome } = await shrunk(plan, invariant);
  return [
    `seed ${plan.seed} violates: ${invariant}`,
    `  ${outcome.violation?.what ?? what}`,
    ...linesOf(outcome).map((line) => `  ${line}`),
    `npm run sim -- --seed ${plan.seed} --keep "${kept}"`,
  ].join("\n");
}

/** Days, and the time of the day, since the beginning. */
function clockOf(milliseconds: number): string {
  const time = new Date(milliseconds).toISOString().slice(11, 23);
  const days = Math.floor(milliseconds / 86_400_000);
  return days === 0 ? time : `day ${days} ${time}`;
}
