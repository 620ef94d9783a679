import type { Actor } from "./actors/actor.ts";
import { ACTORS } from "./actors/all.ts";
import type { Fault } from "./faults.ts";
import { type Random, seeded } from "./random.ts";

/** One act of the history. It draws from its own seed, so that taking out another shifts nothing. */
export type Step = {
  readonly id: number;
  /** Milliseconds after the beginning. */
  readonly at: number;
  readonly seed: number;
  readonly actor: string;
  readonly what: string;
  readonly faults: readonly Fault[];
};

export type Plan = { readonly seed: number; readonly steps: readonly Step[] };

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** How long until the next step: mostly while the last one is under way, sometimes for days. */
const GAPS: readonly (readonly [probability: number, longest: number])[] = [
  [0.5, 150],
  [0.65, 3 * SECOND],
  [0.85, 40 * SECOND],
  [0.985, 20 * MINUTE],
  [1, 20 * DAY],
];

/** All that a seed decides. */
export function planOf(seed: number): Plan {
  const random = seeded(seed);
  const steps: Step[] = [];
  const choices = CHOICES.filter(({ actor }) => takesPart(actor, seed));
  const length = 40 + random.below(41);
  let at = 0;
  for (let id = 0; id < length; id++) {
    at += gap(random);
    const { actor, what } = drawAct(random, choices);
    const faults = faultsOf(random, actor.faults);
    steps.push({ id, at, seed: random.below(2 ** 31), actor: actor.name, what, faults });
  }
  return { seed, steps };
}

function gap(random: Random): number {
  const drawn = random.next();
  const [, longest] = GAPS.find(([probability]) => drawn < probability) ?? [1, 0];
  return random.below(longest);
}

const CHOICES = ACTORS.flatMap((actor) =>
  Object.entries(actor.acts).map(([what, { weight }]) => ({ actor, what, weight })),
);

/** Not every history is about everything. */
const takesPart = ({ name, share = 1 }: Actor, seed: number): boolean =>
  seeded(seed ^ sumOf(name)).chance(share);

const sumOf = (name: string): number =>
  [...name].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 0);

type Choices = typeof CHOICES;

function drawAct(random: Random, choices: Choices): Pick<Choices[number], "actor" | "what"> {
  const total = choices.reduce((sum, { weight }) => sum + weight, 0);
  let left = random.next() * total;
  for (const choice of choices) {
    left -= choice.weight;
    if (left < 0) return choice;
  }
  throw new Error("nobody does anything");
}

/** Most steps go well; what strikes the others is one thing or two. */
function faultsOf(random: Random, possible: readonly Fault[]): readonly Fault[] {
  const [first, ...rest] = possible;
  if (first === undefined || random.chance(0.55)) return [];
  const one = random.pick([first, ...rest]);
  const another = random.pick([first, ...rest]);
  return random.chance(0.3) && one !== another ? [one, another] : [one];
}
