import assert from "node:assert/strict";
import { test } from "node:test";
import { slope } from "../load/memory.ts";

const samples = (mib: (minute: number) => number) =>
  Array.from({ length: 31 }, (_, index) => ({ minute: index / 3, mib: mib(index / 3) }));

test("memory that stays has no slope, whatever it was at first", () => {
  assert.equal(slope(samples((minute) => (minute < 3 ? 100 * minute : 300))), 0);
});

test("a leak is as steep as it is", () => {
  assert.ok(Math.abs(slope(samples((minute) => 200 + 12 * minute)) - 12) < 1e-9);
});
