import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Violation } from "./ledger.ts";
import type { Outage } from "./outages.ts";
import { random as randomOf } from "./random.ts";
import { failFor, killOnce, lastVerdict } from "./scenes.ts";
import { type Setting, type Stage, setStage } from "./stage.ts";

export type Plan = Omit<Setting, "random"> & {
  readonly seed: string;
  readonly kills: number;
  readonly outages: readonly Outage[];
  /** How long each outage lasts, in milliseconds. */
  readonly outageTime: number;
  readonly tell: (what: string, figures: Figures) => void;
};

export type Figures = Readonly<Record<string, number>>;

/** One kill in so many takes the runtime's host with it. */
const EVERYTHING = 8;

/**
 * Kills, outages and the last verdict, on one set of files.
 *
 * @returns what was done, and by how many events and mails it was told
 * @throws where a promise is broken, with the ledger of whom it concerns
 */
export async function chaos(plan: Plan): Promise<Figures> {
  const begun = Date.now();
  mkdirSync(plan.directory, { recursive: true });
  const stage = await setStage({ ...plan, random: randomOf(plan.seed) });
  const figures = () => figuresOf(stage, begun);
  try {
    await play(stage, plan, (what) => plan.tell(what, figures()));
    const mails = await lastVerdict(stage, plan.isHurried);
    return { kills: plan.kills, ...figures(), mails };
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    const acts = stage.world.ledger.print(error.about);
    const where = join(plan.directory, "state");
    throw new Error(`${error.message}\n${acts}\nfiles: ${where}`, { cause: error });
  } finally {
    await stage.runtime.stop();
  }
}

async function play(stage: Stage, plan: Plan, tell: (what: string) => void): Promise<void> {
  const { random } = stage.world;
  for (let kill = 1; kill <= plan.kills; kill++) {
    await killOnce(stage, random.below(EVERYTHING) === 0 ? "everything" : "workerd");
    if (kill % 10 === 0) tell(`${kill} kills`);
  }
  for (const outage of plan.outages) {
    await failFor(stage, outage, plan.outageTime);
    tell(outage.name);
  }
}

const figuresOf = ({ world, trail }: Stage, begun: number): Figures => ({
  ...world.ledger.figures(),
  events: trail.count(),
  seconds: Math.round((Date.now() - begun) / 1_000),
});
