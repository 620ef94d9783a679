import fc from "fast-check";
import { expect, it } from "vitest";
import { FREE_TRIES, HARD_LIMIT, QUIET_PERIOD } from "../../../src/domain/credentials/throttle.ts";
import { clockStep } from "../../support/arbitraries.ts";
import { type Step, ThrottleHistory } from "../../support/model-throttle.ts";

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("try" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("release" as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.constant({ do: "clear" as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("clock" as const),
      by: clockStep(1, 1_000, 60_000, 3_600_000, QUIET_PERIOD),
    }),
  },
);
const history = fc.array(step, { maxLength: 200, size: "max" });

it("every history of tries, outages, successes and clock jumps agrees with the model", () => {
  fc.assert(
    fc.property(history, (steps) => {
      const run = new ThrottleHistory();
      for (const one of steps) expect(run.take(one)).toEqual(run.expected);
    }),
  );
});

it("RAT-09 no hour of any history sees more tries than the free ones and eleven delays", () => {
  const forwards = history.map((steps) =>
    steps.filter((one) => one.do === "try" || (one.do === "clock" && one.by > 0)),
  );
  fc.assert(
    fc.property(forwards, (steps) => {
      const run = new ThrottleHistory();
      for (const one of steps) run.take(one);
      const counted = run.counted;
      for (const at of counted) {
        // 1 + 2 + 4 ... + 1024 seconds are 34 minutes; the next delay ends after the hour.
        const within = counted.filter((other) => other >= at && other < at + 3_600_000);
        expect(within.length).toBeLessThanOrEqual(FREE_TRIES + 11);
      }
    }),
  );
});

it("RAT-07 a guesser who always waits as told gets a hundred tries", () => {
  const run = new ThrottleHistory();
  for (let i = 0; i < 300; i++) {
    const wait = run.take({ do: "try" }).retryAfter;
    run.take({ do: "clock", by: wait });
  }
  expect(run.counted).toHaveLength(HARD_LIMIT);
});
