import { expect, it } from "vitest";
import { planOf } from "../../simulation/plan.ts";
import { search } from "../../simulation/search.ts";
import { simulate } from "../../simulation/simulate.ts";

/** `npm run sim -- --runs 100000` plays more. */
const HISTORIES = 1_000;

it("MOD-01 no history of the first seeds violates an invariant", { timeout: 300_000 }, async () => {
  const { figures, found } = await search({ from: 1, to: 1 + HISTORIES });
  expect(found).toBeNull();
  expect(figures.histories).toBe(HISTORIES);
});

it("a seed decides the whole history: played twice, every line is the same", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const [one, other] = [await simulate(planOf(seed)), await simulate(planOf(seed))];
    expect(one.played.length).toBeGreaterThan(30);
    expect(other).toEqual(one);
  }
});
