import type { GrowthRow, MixRow, Results, Row, StartUp } from "../results.ts";

/** How often something was measured, and why not more often. */
type Counted = {
  readonly name: string;
  readonly valid: number;
  readonly voided: readonly string[];
};

export const ofRow = ({ server, operation, rounds, voided }: Row): Counted => ({
  name: `${server}, ${operation}`,
  valid: rounds.length,
  voided,
});

export const ofMix = ({ beside, operation, rounds, voided }: MixRow): Counted => ({
  name: `${operation} beside ${beside}`,
  valid: rounds.length,
  voided,
});

export const ofGrowth = ({ dimension, size, operation, rounds, voided }: GrowthRow): Counted => ({
  name: `${operation} at ${size} ${dimension}`,
  valid: rounds.length,
  voided,
});

export const ofStarts = ({ firstReply, voided }: StartUp): Counted => ({
  name: "start-up",
  valid: firstReply.length,
  voided,
});

const onDisk = (counted: Counted): Counted => ({ ...counted, name: `${counted.name}, on disk` });

/** Everything that should have been measured. */
function countedOf({ rows, onDisk: disk, mix, growth, startUp }: Results): Counted[] {
  return [
    ...rows.map(ofRow),
    ...growth.map(ofGrowth),
    ...mix.map(ofMix),
    ...disk.map(ofRow).map(onDisk),
    ofStarts(startUp),
  ];
}

/** `1 of 3 rounds of auth-service, refresh` */
const shareOf = ({ name, valid, voided }: Counted): string =>
  `${voided.length} of ${valid + voided.length} rounds of ${name}`;

/** What was void and why, each reason once; empty when nothing was. */
export function voidedLine(all: readonly Counted[]): string {
  const shares = all
    .filter(({ voided }) => voided.length > 0)
    .map(
      (counted) => `${shareOf(counted)}: ${[...new Set(counted.voided)].map(inCode).join(", ")}`,
    );
  return shares.length === 0 ? "" : `Void: ${shares.join("; ")}.`;
}

const inCode = (text: string): string =>
  `\`${text.replaceAll("`", "'").replaceAll(/\s+/g, " ").slice(0, 120)}\``;

/** How a run ends: what was void, and whether anything was never measured at all. */
export function conclusionOf(results: Results): { lines: string[]; isComplete: boolean } {
  const voided = countedOf(results).filter(({ voided }) => voided.length > 0);
  if (voided.length === 0) {
    const line = "every operation was measured, every reply of it as expected";
    return { lines: [line], isComplete: true };
  }
  const lines = voided.map(
    (counted) => `${counted.valid === 0 ? "no valid round" : "void"}: ${shareOf(counted)}`,
  );
  return { lines, isComplete: voided.every(({ valid }) => valid > 0) };
}
