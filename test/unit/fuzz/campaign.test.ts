import { expect, it } from "vitest";
import { fuzz, type Target } from "../../fuzz/engine/campaign.ts";
import { randomFrom } from "../../fuzz/engine/random.ts";

const WORD = "break";

/** Throws for texts that begin with the word, and counts how many letters of it were right. */
function planted() {
  let right = 0;
  const target: Target = (input) => {
    right = [...WORD].findIndex((letter, at) => input[at] !== letter);
    if (right < 0) throw new Error("planted");
    return "read";
  };
  return { target, reached: () => [right] };
}

const campaign = (isGuided: boolean, most = 200_000) => {
  const { target, reached } = planted();
  return fuzz({
    target,
    reached: isGuided ? reached : () => [],
    seeds: ["aebkr"],
    random: randomFrom(1),
    maxLength: 12,
    goesOn: (executions) => executions < most,
  });
};

it("finds step by step what chance alone does not come upon", async () => {
  expect((await campaign(true)).finds).toHaveLength(1);
  expect((await campaign(false)).finds).toEqual([]);
});

it("keeps the fewest inputs that reach all that was reached", async () => {
  const { corpus, features } = await campaign(true, 20_000);
  expect(features.all).toBeGreaterThan(features.seeds);
  expect(corpus.length).toBeLessThanOrEqual(WORD.length + 1);
});

it("repeats itself from the same seed", async () => {
  const [one, other] = [await campaign(true, 5_000), await campaign(true, 5_000)];
  expect(one).toEqual(other);
});

it("tells finds apart by where they were thrown, not by what they quote", async () => {
  const { finds } = await fuzz({
    target: (input) => {
      if (input.length > 3) throw new Error(`quotes ${input}`);
      return "short";
    },
    reached: () => [],
    seeds: ["abc"],
    random: randomFrom(1),
    maxLength: 9,
    goesOn: (executions) => executions < 2_000,
  });
  expect(finds.map(({ input }) => input.length)).toEqual([4]);
});
