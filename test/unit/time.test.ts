import { describe, expect, it } from "vitest";
import { CLOCK_LEEWAY, elapsed, isYounger, isYoungerElsewhere } from "../../src/domain/time.ts";

describe("the time that elapsed", () => {
  it("grows forwards", () => {
    expect(elapsed(100, 130)).toBe(30);
    expect(elapsed(100, 100)).toBe(0);
  });

  it("CFW-15 is none, rather than less than none, after a clock jumped back", () => {
    expect(elapsed(100, 70)).toBe(0);
  });
});

describe("what is younger than an age", () => {
  it.each([
    ["at its beginning", 100, true],
    ["a moment before that age", 129, true],
    ["at that age", 130, false],
    ["later", 1_000, false],
  ])("%s: %s", (_, now, young) => {
    expect(isYounger(100, now, 30)).toBe(young);
  });

  it("is nothing that never was, and nothing at no age", () => {
    expect(isYounger(Number.NEGATIVE_INFINITY, 100, Number.MAX_SAFE_INTEGER)).toBe(false);
    expect(isYounger(100, 100, 0)).toBe(false);
  });

  it.each([1, 1_000_000])("CFW-15 is nothing after the clock jumped back by %s", (jump) => {
    expect(isYounger(2_000_000, 2_000_000 - jump, Number.POSITIVE_INFINITY)).toBe(false);
  });
});

describe("what another machine began", () => {
  const LEEWAY = CLOCK_LEEWAY * 1_000;

  it("is of now where its clock is ahead by no more than clocks may differ", () => {
    expect(isYoungerElsewhere(1_001, 1_000, 30)).toBe(true);
    expect(isYoungerElsewhere(1_000 + LEEWAY, 1_000, 30)).toBe(true);
    expect(isYoungerElsewhere(1_001 + LEEWAY, 1_000, 30)).toBe(false);
  });

  it("lives no longer for that, and not at all without an age", () => {
    expect(isYoungerElsewhere(1_000, 1_029, 30)).toBe(true);
    expect(isYoungerElsewhere(1_000, 1_030, 30)).toBe(false);
    expect(isYoungerElsewhere(1_000, 1_000, 0)).toBe(false);
  });
});
