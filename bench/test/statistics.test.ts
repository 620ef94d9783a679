import assert from "node:assert/strict";
import { test } from "node:test";
import { percentile, rankTest, shuffled, spreadOf } from "../measure/statistics.ts";

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

test("ranks of two samples that are one another's mirror show no difference", () => {
  const { greater, p } = rankTest([1, 4, 5, 8], [2, 3, 6, 7]);
  assert.equal(greater, 0.5);
  assert.ok(p > 0.99);
});

test("ranks that are all apart are no chance", () => {
  const low = Array.from({ length: 30 }, (_, i) => i);
  const { greater, p } = rankTest(
    low.map((value) => value + 100),
    low,
  );
  assert.equal(greater, 1);
  assert.ok(p < 1e-6);
});

test("the rank test agrees with the counting of pairs, ties among them", () => {
  // By a program of its own, which counts pairs and takes the error function from its library.
  const untied = rankTest(
    [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46],
    [1.15, 0.88, 0.9, 0.74, 1.21],
  );
  assert.equal(untied.greater * 50, 35);
  assert.ok(Math.abs(untied.p - 0.22067) < 0.0001);
  const tied = rankTest([1, 2, 2, 3, 3, 3], [2, 3, 3, 4, 4, 5]);
  assert.equal(tied.greater * 36, 7);
  assert.ok(Math.abs(tied.p - 0.0652) < 0.001);
});
