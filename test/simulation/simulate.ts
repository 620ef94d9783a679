import { ACTORS } from "./actors/all.ts";
import { runChores } from "./actors/chores.ts";
import { runFeed, runRotation } from "./actors/crons.ts";
import { INVARIANTS } from "./invariants/all.ts";
import { withOutside } from "./outside/install.ts";
import { type People, populate } from "./people.ts";
import type { Plan, Step } from "./plan.ts";
import { type Random, seeded } from "./random.ts";
import { type Context, Scheduler } from "./scheduler.ts";
import { World } from "./world.ts";

export type Violation = { readonly invariant: string; readonly what: string };

/** A step as it went. */
export type Played = {
  readonly step: Step;
  /** The faults that struck what it caused, each as often as it did. */
  readonly struck: readonly string[];
  answer: string;
};

export type Outcome = {
  readonly played: readonly Played[];
  readonly violation: Violation | null;
};

const BEGINNING = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

/** In how many histories, of 1, the role that can be edited asks for two factors. */
const WAITING = 0.2;

class Violated extends Error {
  readonly violation: Violation;

  constructor(violation: Violation) {
    super(violation.what);
    this.violation = violation;
  }
}

/** Plays a plan: the same plan, the same history, to the last line. */
export async function simulate(plan: Plan): Promise<Outcome> {
  const scheduler = new Scheduler(BEGINNING, contextOf(-1, plan.seed, []));
  return withOutside(seeded(plan.seed ^ 0x5eed), scheduler, async () => {
    const waits = seeded(plan.seed ^ 0xaa12).chance(WAITING);
    const world = new World(scheduler, seeded(plan.seed ^ 0x150), waits);
    const people = populate(world);
    const history: History = { played: [] };
    const violation = await violationOf(() => play(world, people, plan, history));
    return { ...history, violation };
  });
}

type History = { readonly played: Played[] };

async function violationOf(work: () => Promise<void>): Promise<Violation | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof Violated) return error.violation;
    throw error;
  }
}

async function play(
  world: World,
  people: People,
  { steps }: Plan,
  { played }: History,
): Promise<void> {
  const { scheduler } = world;
  const watches = INVARIANTS.map(({ name, watch }) => {
    return { name, ...watch(world, people) };
  });
  const found: Violation[] = [];
  const note = (invariant: string, what: string | null) => {
    if (what !== null) found.push({ invariant, what });
  };
  const check = () => {
    if (found[0] !== undefined) throw new Violated(found[0]);
  };
  world.ledger.onAnswer = (seen) => {
    for (const { name, answered } of watches) note(name, answered?.(seen) ?? null);
  };
  for (const step of steps) begin(world, people, step, played);
  await scheduler.runUntil(BEGINNING + (steps.at(-1)?.at ?? 0) + MINUTE, check);
  await calmDown(world, people, check);
  for (const { name, calm } of watches) note(name, calm?.() ?? null);
  check();
}

const contextOf = (step: number, seed: number, faults: readonly string[]): Context => ({
  step,
  random: seeded(seed),
  faults,
  struck: [],
});

function begin(world: World, people: People, step: Step, played: Played[]): void {
  const { scheduler } = world;
  const context = contextOf(step.id, step.seed, step.faults);
  const act = ACTORS.find(({ name }) => name === step.actor)?.acts[step.what];
  if (act === undefined) throw new Error(`nobody knows ${step.actor}: ${step.what}`);
  const run = () => {
    world.wake();
    const seen: Played = { step, struck: context.struck, answer: "under way" };
    played.push(seen);
    const answer = act.run(world, people, seeded(step.seed ^ 0xac7));
    answer.then((shown) => {
      seen.answer = shown;
    }, world.mishap);
  };
  scheduler.at(BEGINNING + step.at, run, context);
}

/** Faults end, what is late arrives, crons run, and everybody comes back. */
async function calmDown(world: World, people: People, check: () => void): Promise<void> {
  const { scheduler } = world;
  const random = seeded(0);
  world.calmDown();
  const pass = (milliseconds: number) => scheduler.runUntil(scheduler.now + milliseconds, check);
  await pass(5 * MINUTE);
  for (let run = 0; run < 2; run++) {
    runFeed(world, random).catch(world.mishap);
    runRotation(world, random).catch(world.mishap);
    await pass(2 * MINUTE);
  }
  for (const { devices } of [...people.users, people.administrator]) {
    for (const device of devices) {
      if (device.held === null) continue;
      device.present(world).then(() => device.verify(world), world.mishap);
    }
  }
  await pass(MINUTE);
  await comeHome(world, people, random, pass);
}

type Pass = (milliseconds: number) => Promise<void>;

/**
 * Whatever is kept until it is delivered is sent again within the hour, and no delay is longer; dead
 * requests last a day.
 */
async function comeHome(world: World, people: People, random: Random, pass: Pass): Promise<void> {
  const run = () => runChores(world, random).catch(world.mishap);
  run();
  await pass(70 * MINUTE);
  run();
  for (const { devices } of people.users) devices[0].signIn(world).catch(world.mishap);
  await pass(5 * MINUTE);
  if (world.ports.deadLetters.all().length === 0) return;
  await pass(25 * 60 * MINUTE);
  run();
  await pass(MINUTE);
}
