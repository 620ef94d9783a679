import { expect, it } from "vitest";
import { eachOf } from "../../src/use-cases/each-of.ts";

const AT_ONCE = 6;
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Works on numbers, each of which ends when it is told to. */
function working(count: number) {
  const begun: number[] = [];
  const gates = Array.from({ length: count }, () => Promise.withResolvers<void>());
  const done = eachOf([...gates.keys()], async (n) => {
    begun.push(n);
    await gates[n]?.promise;
  });
  return { begun, gates, done };
}

it("six are worked on at once, and the next begins when any of them ends", async () => {
  const { begun, gates, done } = working(9);
  await settled();
  expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
  gates[4]?.resolve();
  await settled();
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6]);
  for (const { resolve } of gates) resolve();
  await done;
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

it("it is done when all are, not before", async () => {
  const { gates, done } = working(AT_ONCE + 1);
  let isDone = false;
  const ended = done.then(() => {
    isDone = true;
  });
  for (const { resolve } of gates.slice(1)) resolve();
  await settled();
  expect(isDone).toBe(false);
  gates[0]?.resolve();
  await ended;
});

it("what the work throws is thrown", async () => {
  const thrown = new Error("the third");
  const work = async (n: number) => {
    if (n === 2) throw thrown;
  };
  await expect(eachOf([0, 1, 2, 3], work)).rejects.toBe(thrown);
});

it("of none nothing is done", async () => {
  const { begun, done } = working(0);
  await done;
  expect(begun).toEqual([]);
});
