import { beforeEach, describe, expect, it } from "vitest";
import { type Renewal, renewal } from "../../src/use-cases/renewal.ts";

const MINUTE = 60_000;
const MAX_AGE = 12 * MINUTE;

let now: number;
let renewals: Renewal;
let begun: PromiseWithResolvers<void>[];

beforeEach(() => {
  now = Date.UTC(2026, 0, 1);
  begun = [];
  renewals = renewal(
    () => now,
    (work) => void work().catch(() => null),
  );
});

const renew = () =>
  renewals.behind(() => {
    const reading = Promise.withResolvers<void>();
    begun.push(reading);
    return reading.promise;
  });
/** Ends the reading that was begun as the n-th, from 0. */
const end = async (n: number) => {
  begun[n]?.resolve();
  await new Promise((resolve) => setImmediate(resolve));
};

it.each([
  [0, "not yet"],
  [11 * MINUTE - 1, "not yet"],
  [11 * MINUTE, "behind"],
  [MAX_AGE - 1, "behind"],
  [MAX_AGE, "first"],
  [-1, "first"],
] as const)("a copy of %i ms is read %s", (age, due) => {
  expect(renewals.due(now - age, MAX_AGE)).toBe(due);
});

it("a copy that may have no age is read before each use", () => {
  expect(renewals.due(now, 0)).toBe("first");
});

describe("a reading without an answer", () => {
  it("is the only one for a minute, and is then no longer waited for", () => {
    renew();
    now += MINUTE - 1;
    renew();
    expect(begun).toHaveLength(1);
    now += 1;
    renew();
    expect(begun).toHaveLength(2);
  });

  it("does not end the one after it when its answer comes at last", async () => {
    renew();
    now += MINUTE;
    renew();
    await end(0);
    renew();
    expect(begun).toHaveLength(2);
    await end(1);
    renew();
    expect(begun).toHaveLength(3);
  });

  it("CFW-15 is not waited for after the clock jumped back", () => {
    renew();
    now -= 1;
    renew();
    expect(begun).toHaveLength(2);
  });
});
