import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { atOnceOrAlone } from "../../../src/use-cases/events/at-once-or-alone.ts";

/** A worker fails in turn while five others wait for what is slow. */
const SLOW = 5;

describe("work for all at once", () => {
  it("is not begun for none, and not repeated for a single one", async () => {
    const tried: (readonly string[])[] = [];
    const failing = async (items: readonly string[]) => {
      tried.push(items);
      throw new Error("bad");
    };
    expect(await atOnceOrAlone([], failing)).toEqual(new Map());
    expect(tried).toEqual([]);
    const failed = await atOnceOrAlone(["one"], failing);
    expect([...failed.keys()]).toEqual(["one"]);
    expect(tried).toEqual([["one"]]);
  });

  it("that fails ten times in a row is an outage: the rest is not tried, and did not succeed", async () => {
    const slow = Promise.withResolvers<void>();
    const items = Array.from({ length: SLOW + 20 }, (_, n) => n);
    const tried: number[] = [];
    const done = atOnceOrAlone(items, async (some) => {
      const [item = 0] = some;
      if (some.length > 1) throw new Error("not all at once");
      if (item < SLOW) return slow.promise;
      tried.push(item);
      throw new Error("away");
    });
    // Whoever fails at once is through with all the rest by then.
    await setImmediate();
    expect(tried).toHaveLength(10);
    slow.reject(new Error("away"));
    const failed = await done;
    expect([...failed.keys()].sort((a, b) => a - b)).toEqual(items);
  });

  it("goes on where another succeeds in between", async () => {
    const items = Array.from({ length: 60 }, (_, n) => n);
    const failed = await atOnceOrAlone(items, async (some) => {
      if (some.length > 1 || (some[0] ?? 0) % 2 === 1) throw new Error("bad");
    });
    expect(failed.size).toBe(30);
  });
});
