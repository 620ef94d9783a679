import { expect, it } from "vitest";
import { elapsed } from "../../src/domain/time.ts";

it("time elapses forwards", () => {
  expect(elapsed(100, 130)).toBe(30);
  expect(elapsed(100, 100)).toBe(0);
});

it("CFW-15 after a clock jumped back no time has elapsed, rather than less than none", () => {
  expect(elapsed(100, 70)).toBe(0);
});
