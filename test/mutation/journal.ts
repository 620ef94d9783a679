import { appendFileSync, existsSync, readFileSync } from "node:fs";

/**
 * What the process of the tests writes as it goes, a line each, so that a mutant that never returns
 * costs that process and nothing that was found out before.
 */
export type Entry =
  /** A test reaches these mutants. */
  | { readonly kind: "reached"; readonly test: string; readonly mutants: readonly string[] }
  /** These run while modules are loaded, once. */
  | { readonly kind: "loaded"; readonly mutants: readonly string[] }
  | { readonly kind: "trying"; readonly mutant: string; readonly test: string }
  | { readonly kind: "killed" | "endless"; readonly mutant: string; readonly test: string }
  /** Fails without a mutant, the second time or after one: it decides nothing from there on. */
  | { readonly kind: "unsound"; readonly test: string; readonly mutant: string | null };

export const note = (journal: string, entry: Entry): void =>
  appendFileSync(journal, `${JSON.stringify(entry)}\n`);

export const entriesOf = (journal: string): Entry[] =>
  existsSync(journal)
    ? readFileSync(journal, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line))
    : [];

/** What was tried already, before the process of the tests had to be given up. */
export const triedBy = (entries: readonly Entry[]): Set<string> =>
  new Set(
    entries.flatMap((entry) => (entry.kind === "trying" ? [pairOf(entry.test, entry.mutant)] : [])),
  );

export const pairOf = (test: string, mutant: string): string => `${mutant} in ${test}`;

/** Mutants of which nothing more has to be found out. */
export const decidedBy = (entries: readonly Entry[]): Set<string> =>
  new Set(
    entries.flatMap((entry) =>
      entry.kind === "killed" || entry.kind === "endless" ? [entry.mutant] : [],
    ),
  );
