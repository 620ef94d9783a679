import { describe, expect, it } from "vitest";
import { elapsed, isYounger } from "../../src/domain/time.ts";

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
