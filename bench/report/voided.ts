import type { GrowthRow, MixRow, Results, Row, StartUp } from "../results.ts";

/** How often something was measured, and why not more often. */
export type Counted = {
  readonly name: string;
  readonly valid: number;
  readonly voided: readonly string[];
};

type Rounds = { readonly rounds: readonly unknown[]; readonly voided: readonly string[] };

const counted = (name: string, { rounds, voided }: Rounds): Counted => ({
  name,
  valid: rounds.length,
  voided,
});

export const ofRow = (row: Row) => counted(`${row.server}, ${row.operation}`, row);
export const ofMix = (row: MixRow) => counted(`${row.operation} beside ${row.beside}`, row);
export const ofGrowth = (row: GrowthRow) =>
  counted(`${row.operation} at ${row.size} ${row.dimension}`, row);
export const ofStarts = ({ firstReply: rounds, voided }: StartUp) =>
  counted("start-up", { rounds, voided });

/** `1 of 3 rounds of auth-service, refresh` */
const shareOf = ({ name, valid, voided }: Counted): string =>
  `${voided.length} of ${valid + voided.length} rounds of ${name}`;

const isVoided = ({ voided }: Counted): boolean => voided.length > 0;

/** What was void and why, each reason once; empty when nothing was. */
export function voidedLine(all: readonly Counted[]): string {
  const inCode = (text: string): string =>
    `\`${text.replaceAll("`", "'").replaceAll(/\s+/g, " ").slice(0, 120)}\``;
  const shares = all
    .filter(isVoided)
    .map((each) => `${shareOf(each)}: ${[...new Set(each.voided)].map(inCode).join(", ")}`);
  return shares.length === 0 ? "" : `Void: ${shares.join("; ")}.`;
}

/** How a run ends: what was void, and whether anything was never measured at all. */
export function conclusionOf(results: Results): { lines: string[]; isComplete: boolean } {
  const { rows, onDisk, mix, growth, startUp } = results;
  const voided = [
    ...rows.map(ofRow),
    ...growth.map(ofGrowth),
    ...mix.map(ofMix),
    ...onDisk.map((row) => counted(`${row.server}, ${row.operation}, on disk`, row)),
    ofStarts(startUp),
  ].filter(isVoided);
  if (voided.length === 0) {
    const line = "every operation was measured, every reply of it as expected";
    return { lines: [line], isComplete: true };
  }
  return {
    lines: voided.map(
      (each) => `${each.valid === 0 ? "no valid round" : "void"}: ${shareOf(each)}`,
    ),
    isComplete: voided.every(({ valid }) => valid > 0),
  };
}
