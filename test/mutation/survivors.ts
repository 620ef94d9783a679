import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Tried } from "./try.ts";
import { ROOT } from "./work.ts";

/** Why a survivor is no fault of the tests: it cannot be told from the code as it stands. */
export type Equivalent = {
  readonly file: string;
  readonly mutator: string;
  /** The line it changes, without the space around it: it moves with the code. */
  readonly line: string;
  readonly replacement: string;
  readonly why: string;
};

export const knownEquivalents = (): Equivalent[] =>
  JSON.parse(readFileSync(join(import.meta.dirname, "equivalent.json"), "utf8"));

/** The line that a mutant changes, or begins to change. */
export const lineOf = ({ file, location }: Tried): string =>
  readFileSync(join(ROOT, file), "utf8").split("\n")[location.start.line]?.trim() ?? "";

const explains = (known: Equivalent, mutant: Tried): boolean =>
  known.file === mutant.file &&
  known.mutator === mutant.mutatorName &&
  known.replacement === mutant.replacement &&
  known.line === lineOf(mutant);

/** Survivors with and without an explanation, and explanations that nothing needs any more. */
export function judged(
  mutants: readonly Tried[],
  survivors: readonly Tried[],
  known: readonly Equivalent[],
) {
  const files = new Set(mutants.map(({ file }) => file));
  const isExplained = (one: Tried) => known.some((reason) => explains(reason, one));
  return {
    explained: survivors.filter(isExplained),
    unexplained: survivors.filter((one) => !isExplained(one)),
    stale: known.filter(
      (reason) => files.has(reason.file) && !survivors.some((one) => explains(reason, one)),
    ),
  };
}
