import { expect, it } from "vitest";
import { Timings } from "../../../src/core/telemetry/timings.ts";

function stopped() {
  let now = 1_000;
  const timings = new Timings(() => now);
  return {
    timings,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

it("the time of a part is what passed until its work ended, each time added", async () => {
  const { timings, pass } = stopped();
  for (const milliseconds of [3, 4]) {
    await timings.time("d1", async () => pass(milliseconds));
    pass(100);
  }
  expect(timings.spent()).toEqual({ d1: 7 });
  expect(timings.duration()).toBe(207);
});

it("what goes on at once counts once, and parts are counted beside each other", async () => {
  const { timings, pass } = stopped();
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const other = Promise.withResolvers<void>();
  const all = [
    timings.time("d1", () => first.promise),
    timings.time("d1", () => second.promise),
    timings.time("object", () => other.promise),
  ];
  pass(5);
  first.resolve();
  other.resolve();
  await Promise.all([all[0], all[2]]);
  pass(5);
  second.resolve();
  await Promise.all(all);
  pass(5);
  expect(timings.spent()).toEqual({ d1: 10, object: 5 });
});

it("work that fails is counted, and fails as it did", async () => {
  const { timings, pass } = stopped();
  const failing = timings.time("object", async () => {
    pass(2);
    throw new Error("gone");
  });
  await expect(failing).rejects.toThrow("gone");
  expect(timings.spent()).toEqual({ object: 2 });
});

it("a part that a request did not need is absent, one that took no time is not", async () => {
  const { timings } = stopped();
  expect(timings.spent()).toEqual({});
  await timings.time("sign", async () => undefined);
  expect(timings.spent()).toEqual({ sign: 0 });
});
