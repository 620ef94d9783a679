import type { Plan } from "./plan.ts";
import type { Outcome } from "./simulate.ts";

export type Counts = Record<string, number>;

/** What a search went through, by name: what stays at zero was not tried. */
export type Figures = {
  histories: number;
  steps: number;
  violations: number;
  readonly acts: Counts;
  readonly faults: Counts;
};

export const noFigures = (): Figures => ({
  histories: 0,
  steps: 0,
  violations: 0,
  acts: {},
  faults: {},
});

export function count(figures: Figures, { steps }: Plan, outcome: Outcome): void {
  figures.histories += 1;
  figures.steps += steps.length;
  if (outcome.violation !== null) figures.violations += 1;
  for (const { step, struck } of outcome.played) {
    addTo(figures.acts, `${step.actor} ${step.what}`, 1);
    for (const fault of struck) addTo(figures.faults, fault, 1);
  }
}

/** What several searched, as one. */
export function add(figures: Figures, other: Figures): void {
  figures.histories += other.histories;
  figures.steps += other.steps;
  figures.violations += other.violations;
  for (const [act, times] of Object.entries(other.acts)) addTo(figures.acts, act, times);
  for (const [fault, times] of Object.entries(other.faults)) addTo(figures.faults, fault, times);
}

export function shownFigures(figures: Figures, seconds: number): string {
  const { histories, steps, violations, acts, faults } = figures;
  return [
    `${histories} histories of ${steps} steps, ${violations} violations, ${seconds.toFixed(1)} s`,
    "acts",
    ...table(acts),
    "faults that struck",
    ...table(faults),
  ].join("\n");
}

const table = (counts: Counts): readonly string[] =>
  Object.entries(counts)
    .sort(([, one], [, other]) => other - one)
    .map(([name, times]) => `  ${times} ${name}`);

function addTo(counts: Counts, name: string, times: number): void {
  counts[name] = (counts[name] ?? 0) + times;
}
