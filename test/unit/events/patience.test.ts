import { expect, it } from "vitest";
import { FIRST_PATIENCE, LONGEST_PATIENCE, nextDue } from "../../../src/domain/events/patience.ts";

const NOW = Date.UTC(2026, 0, 1);

it.each([
  ["at once", 0, FIRST_PATIENCE],
  ["soon", FIRST_PATIENCE, FIRST_PATIENCE],
  ["after a while", 10 * FIRST_PATIENCE, 10 * FIRST_PATIENCE],
  ["after a day", 24 * LONGEST_PATIENCE, LONGEST_PATIENCE],
  ["by a clock that was ahead", -24 * LONGEST_PATIENCE, FIRST_PATIENCE],
])("what leaves %s is sent again as long after as it has waited", (_, waited, patience) => {
  expect(nextDue(NOW - waited, NOW)).toBe(NOW + patience);
});

it("a message that is sent whenever it is due leaves after one minute, two, four, and so on", () => {
  const waits = [];
  for (let now = NOW + FIRST_PATIENCE; waits.length < 9; now = nextDue(NOW, now)) {
    waits.push((nextDue(NOW, now) - now) / FIRST_PATIENCE);
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
});
