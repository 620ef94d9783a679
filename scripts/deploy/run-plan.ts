import { err, ok, type Result } from "../../src/domain/result.ts";
import type { Output } from "../wrangler.ts";
import { failure, type Step, type Wrangler } from "./step.ts";

/**
 * Does the steps one after the other, up to the first that cannot be done.
 *
 * @param say hears what became of each
 * @returns why it stopped, for the operator
 */
export function runPlan(
  steps: readonly Step[],
  wrangler: Wrangler,
  say: (line: string) => void,
): Result<null, string> {
  for (const step of steps) {
    const done = runStep(step, wrangler);
    if (!done.ok) return err(`${step.title}: ${done.error}`);
    say(`${step.title}: ${done.value}`);
  }
  return ok(null);
}

/** What a dry run can do of a plan, and the rest as it would be done. */
export function rehearse(
  steps: readonly Step[],
  wrangler: Wrangler,
  say: (line: string) => void,
): Result<null, string> {
  const done = runPlan(
    steps.filter(({ isLocal }) => isLocal === true),
    wrangler,
    say,
  );
  if (!done.ok) return done;
  say("\nA deployment would then, each where it is needed:");
  for (const { title, command } of steps.filter(({ isLocal }) => isLocal !== true)) {
    say(command === null ? `- ${title}` : `- ${title}\n    wrangler ${command.join(" ")}`);
  }
  return ok(null);
}

function runStep(step: Step, wrangler: Wrangler): Result<string, string> {
  const needed = step.isNeeded(wrangler);
  if (!needed.ok) return needed;
  if (step.command === null) return ok("yes");
  if (!needed.value) return ok("nothing to do");
  const input = step.prepare?.(wrangler) ?? ok("");
  if (!input.ok) return input;
  const output = wrangler(step.command, input.value);
  if (output.status === 0) return ok(["done", ...shownOf(step, output)].join("\n    "));
  // Another deployment may have done it between the question and the command.
  const still = step.isNeeded(wrangler);
  if (still.ok && !still.value) return ok("nothing to do");
  return err(failure(step.command, output));
}

const shownOf = ({ shown }: Step, { stdout }: Output): string[] =>
  shown === undefined ? [] : stdout.split("\n").filter((line) => shown.test(line));
