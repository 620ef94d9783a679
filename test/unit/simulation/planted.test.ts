import { expect, it } from "vitest";
import { planOf } from "../../simulation/plan.ts";
import { BUGS } from "../../simulation/planted/bugs.ts";
import { eachBug, hunt } from "../../simulation/planted/hunt.ts";
import { simulate } from "../../simulation/simulate.ts";

/** Histories, from the noted one: a change of the simulation may move what gives a bug away. */
const PATIENCE = 300;

it("every planted bug is found by the simulation", { timeout: 300_000 }, async () => {
  const missed: string[] = [];
  await eachBug(BUGS, async (bug) => {
    const given = await hunt(bug, { from: bug.seed, to: bug.seed + PATIENCE });
    if (given === null) missed.push(bug.name);
  });
  expect(BUGS.length).toBeGreaterThan(30);
  expect(missed, "`npm run sim:planted` tells the seeds to note").toEqual([]);
});

it("the same histories violate nothing without the bugs", async () => {
  for (const seed of new Set(BUGS.map((bug) => bug.seed))) {
    const { violation } = await simulate(planOf(seed));
    expect(violation, `npm run sim -- --seed ${seed}`).toBeNull();
  }
});
