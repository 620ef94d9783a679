import { ACTORS } from "./actors/all.ts";
import { runFeed, runRotation } from "./actors/crons.ts";
import { INVARIANTS } from "./invariants/all.ts";
import { withOutside } from "./outside/install.ts";
import { type People, populate } from "./people.ts";
import type { Plan, Step } from "./plan.ts";
import { seeded } from "./random.ts";
import { type Context, Scheduler } from "./scheduler.ts";
import { World } from "./world.ts";

export type Violation = { readonly invariant: string; readonly what: string };

/** @property lines what happened, one a step */
export type Outcome = {
  readonly lines: readonly string[];
  readonly violation: Violation | null;
};

const BEGINNING = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

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
    const world = new World(scheduler, seeded(plan.seed ^ 0x150));
    const people = populate(world);
    const lines = new Map<number, string>();
    const violation = await violationOf(() => play(world, people, plan, lines));
    return { lines: [...lines].sort(([a], [b]) => a - b).map(([, line]) => line), violation };
  });
}

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
  lines: Map<number, string>,
): Promise<void> {
  const { scheduler } = world;
  const watches = INVARIANTS.map(({ name, watch }) => ({ name, ...watch(world, people) }));
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
  for (const step of steps) begin(world, people, step, lines);
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

function begin(world: World, people: People, step: Step, lines: Map<number, string>): void {
  const { scheduler } = world;
  const context = contextOf(step.id, step.seed, step.faults);
  const act = ACTORS.find(({ name }) => name === step.actor)?.acts[step.what];
  if (act === undefined) throw new Error(`nobody knows ${step.actor}: ${step.what}`);
  const line = (answer: string) => {
    const struck = context.struck.length === 0 ? "" : ` [${context.struck.join(", ")}]`;
    const { id, at, actor, what } = step;
    lines.set(id, `${id}\t${clockOf(at)} ${actor} ${what}${struck} -> ${answer}`);
  };
  scheduler.at(
    BEGINNING + step.at,
    () => {
      world.wake();
      line("under way");
      act.run(world, people, seeded(step.seed ^ 0xac7)).then(line, world.mishap);
    },
    context,
  );
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
}

/** Days, and the time of the day, since the beginning. */
function clockOf(milliseconds: number): string {
  const time = new Date(milliseconds).toISOString().slice(11, 23);
  const days = Math.floor(milliseconds / 86_400_000);
  return days === 0 ? time : `day ${days} ${time}`;
}
