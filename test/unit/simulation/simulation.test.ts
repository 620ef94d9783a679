import { expect, it } from "vitest";
import { planOf } from "../../simulation/plan.ts";
import { simulate } from "../../simulation/simulate.ts";

const SEEDS = Array.from({ length: 30 }, (_, seed) => seed + 1);

it("no history of the first seeds violates an invariant", async () => {
  for (const seed of SEEDS) {
    const { violation } = await simulate(planOf(seed));
    expect(violation, `npm run sim -- --seed ${seed}`).toBeNull();
  }
});

it("a seed decides the whole history: played twice, every line is the same", async () => {
  for (const seed of SEEDS.slice(0, 10)) {
    const [one, other] = [await simulate(planOf(seed)), await simulate(planOf(seed))];
    expect(one.played.length).toBeGreaterThan(30);
    expect(other).toEqual(one);
  }
});
