import assert from "node:assert/strict";
import { test } from "node:test";
import { percentile, shuffled, spreadOf } from "../measure/statistics.ts";

test("the median stands in the middle of values in any order", () => {
  assert.deepEqual(spreadOf([3, 1, 2]), { median: 2, min: 1, max: 3 });
  assert.deepEqual(spreadOf([10, 2]), { median: 6, min: 2, max: 10 });
});

test("values are sorted as numbers, and those given are left as they were", () => {
  const values = [10, 9, 100];
  assert.equal(spreadOf(values).median, 10);
  assert.deepEqual(values, [10, 9, 100]);
});

test("what was never measured has no median", () => {
  assert.throws(() => spreadOf([]), RangeError);
});

test("a percentile lies between its neighbours", () => {
  const sorted = [0, 10, 20, 30, 40];
  assert.equal(percentile(sorted, 0), 0);
  assert.equal(percentile(sorted, 0.5), 20);
  assert.equal(percentile(sorted, 0.99), 39.6);
  assert.equal(percentile(sorted, 1), 40);
});

test("a shuffle keeps all and leaves the original alone", () => {
  const items = Array.from({ length: 50 }, (_, i) => i);
  const result = shuffled(items);
  assert.deepEqual(
    result.toSorted((a, b) => a - b),
    items,
  );
  assert.deepEqual(
    items,
    Array.from({ length: 50 }, (_, i) => i),
  );
});

test("every item comes first in some shuffle", () => {
  const first = new Set(Array.from({ length: 500 }, () => shuffled(["a", "b", "c"])[0]));
  assert.equal(first.size, 3);
});
