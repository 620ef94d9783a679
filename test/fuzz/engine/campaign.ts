import { mutated } from "./mutate.ts";
import type { Random } from "./random.ts";

/**
 * Judges one input. What it throws is a find; what it returns says in a word what became of the
 * input, so that each new refusal counts as something new.
 */
export type Target = (input: string) => string | Promise<string>;

export type Find = { readonly input: string; readonly error: string };

export type Campaign = {
  readonly target: Target;
  /** Features of the execution that just ended, and only of that. */
  readonly reached: () => readonly number[];
  readonly seeds: readonly string[];
  readonly random: Random;
  readonly maxLength: number;
  /** Asked before each execution, with the input. */
  readonly goesOn: (executions: number, input: string) => boolean;
};

export type Outcome = {
  readonly executions: number;
  /** Features that the seeds reached, and all that were reached in the end. */
  readonly features: { readonly seeds: number; readonly all: number };
  /** The fewest short inputs that reach all of them. */
  readonly corpus: readonly string[];
  readonly finds: readonly Find[];
};

/** Finds of one kind are reported once, and no more kinds than these. */
const MAX_FINDS = 5;

/**
 * Changes inputs at random and keeps those that reach something new, to be changed in turn: what
 * libFuzzer and AFL do, for text.
 */
export async function fuzz(campaign: Campaign): Promise<Outcome> {
  const { target, reached, random, maxLength, goesOn } = campaign;
  const known = new Set<number>();
  const words = new Map<string, number>();
  const kept: { input: string; features: readonly number[] }[] = [];
  const finds = new Map<string, Find>();
  let executions = 0;

  const execute = async (input: string): Promise<void> => {
    executions += 1;
    reached();
    let word: string;
    try {
      word = await target(input);
    } catch (error) {
      const kind = kindOf(error);
      const shortest = finds.get(kind)?.input.length ?? Number.POSITIVE_INFINITY;
      if (input.length < shortest) finds.set(kind, { input, error: `${kind}: ${String(error)}` });
      return;
    }
    const features = [...reached(), numberOf(words, word)];
    if (features.every((feature) => known.has(feature))) return;
    for (const feature of features) known.add(feature);
    kept.push({ input, features });
  };

  for (const seed of ["", ...campaign.seeds]) await execute(seed);
  const seeds = known.size;
  const inputs = () => kept.map(({ input }) => input);
  let others = inputs();
  while (finds.size < MAX_FINDS && kept.length > 0) {
    if (others.length !== kept.length) others = inputs();
    // What was kept last leads on: half of the tries begin there.
    const recent = Math.max(others.length - 8, 0);
    const at = random.below(2) === 0 ? recent : 0;
    const from = others[at + random.below(others.length - at)] ?? "";
    const input = mutated(from, random, others, maxLength);
    if (!goesOn(executions, input)) break;
    await execute(input);
  }
  return {
    executions,
    features: { seeds, all: known.size },
    corpus: fewest(kept),
    finds: [...finds.values()],
  };
}

/** Of the project's own code, where an error was thrown. */
const PLACE = /\/((?:src|scripts|test)\/.+?:\d+)/;

/** One for all inputs that fail alike: a message quotes the input. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const thrown = error.stack?.split("\n").filter((line) => !line.includes("support/property"));
  return `${error.name} at ${PLACE.exec(thrown?.slice(1).join("\n") ?? "")?.[1]}`;
}

/** Words that count as something new: a target whose words quote its input has no end of them. */
const MAX_WORDS = 200;

/** Below zero, where no counter is. */
function numberOf(words: Map<string, number>, word: string): number {
  if (words.size >= MAX_WORDS && !words.has(word)) return 0;
  const number = words.get(word) ?? -1 - words.size;
  words.set(word, number);
  return number;
}

/** Greedy, the shortest first: each adds something. */
function fewest(kept: readonly { input: string; features: readonly number[] }[]): string[] {
  const covered = new Set<number>();
  const chosen: string[] = [];
  for (const { input, features } of kept.toSorted((a, b) => a.input.length - b.input.length)) {
    if (features.every((feature) => covered.has(feature))) continue;
    for (const feature of features) covered.add(feature);
    chosen.push(input);
  }
  return chosen;
}
