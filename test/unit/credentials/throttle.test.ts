import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  FREE_TRIES,
  forgottenAt,
  HARD_LIMIT,
  LOCK_PERIOD,
  QUIET_PERIOD,
  release,
  reserve,
  type ThrottleState,
} from "../../../src/domain/credentials/throttle.ts";
import { clockStep } from "../../support/arbitraries.ts";

const HOUR = 60 * 60 * 1_000;
const state = fc.record({
  failures: fc.integer({ min: 1, max: HARD_LIMIT }),
  lastAt: fc.integer({ min: HOUR, max: 2 * HOUR }),
});

/** Tries at one moment until one is refused. */
function triesAtOnce(from: ThrottleState | null, now: number): number {
  const decision = reserve(from, now);
  return decision.kind === "allowed" ? 1 + triesAtOnce(decision.state, now) : 0;
}

describe("tries for one login name", () => {
  it("RAT-01 made at once are no more than the free ones", () => {
    expect(triesAtOnce(null, 5_000)).toBe(FREE_TRIES);
  });

  it("wait a second after the free ones, then twice as long each time, up to an hour", () => {
    const waits = Array.from({ length: 90 }, (_, i) => {
      const decision = reserve({ failures: FREE_TRIES + i, lastAt: 7 }, 7);
      return decision.kind === "delayed" ? decision.retryAfter / 1_000 : decision.kind;
    });
    const doubling = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048];
    expect(waits).toEqual([...doubling, ...Array.from({ length: 78 }, () => 3600)]);
  });

  it("that are refused say when the last one was counted", () => {
    expect(reserve({ failures: FREE_TRIES, lastAt: 7 }, 8)).toEqual({
      kind: "delayed",
      retryAfter: 999,
      lastAt: 7,
    });
  });

  it("RAT-07 end after a hundred failures in a row, however patient", () => {
    expect(reserve({ failures: HARD_LIMIT - 1, lastAt: 0 }, HOUR).kind).toBe("allowed");
    for (const now of [0, HOUR, QUIET_PERIOD, LOCK_PERIOD - 1]) {
      const decision = reserve({ failures: HARD_LIMIT, lastAt: 0 }, now);
      expect(decision).toEqual({ kind: "locked", retryAfter: HOUR, lastAt: 0 });
    }
  });

  it("are forgotten after a quiet day, and not a moment before", () => {
    const known = { failures: 50, lastAt: 1_000 };
    const before = reserve(known, 1_000 + QUIET_PERIOD - 1);
    expect(before).toMatchObject({ kind: "allowed", state: { failures: 51 } });
    const after = reserve(known, 1_000 + QUIET_PERIOD);
    expect(after).toMatchObject({ kind: "allowed", state: { failures: 1 } });
    expect(forgottenAt(known)).toBe(1_000 + QUIET_PERIOD);
  });

  it("RAT-06 are forgotten at the hard limit after thirty quiet days", () => {
    const locked = { failures: HARD_LIMIT, lastAt: 1_000 };
    expect(forgottenAt(locked)).toBe(1_000 + LOCK_PERIOD);
    expect(LOCK_PERIOD).toBe(30 * QUIET_PERIOD);
    expect(reserve(locked, 1_000 + LOCK_PERIOD)).toMatchObject({
      kind: "allowed",
      state: { failures: 1 },
    });
  });

  it("RAT-06 do not count against a credential that was set after them", () => {
    for (const failures of [FREE_TRIES, HARD_LIMIT]) {
      const known = { failures, lastAt: 1_000 };
      const fresh = { kind: "allowed", state: { failures: 1, lastAt: 1_010 } };
      expect(reserve(known, 1_010, 1_001)).toEqual(fresh);
      expect(reserve(known, 1_010, 1_000).kind).not.toBe("allowed");
    }
  });

  it("RAT-01 made at once against a new credential are no more than the free ones", () => {
    const known = { failures: HARD_LIMIT, lastAt: 1_000 };
    const first = reserve(known, 1_010, 1_010);
    if (first.kind !== "allowed") throw new Error(`the try was ${first.kind}`);
    let state = first.state;
    let allowed = 1;
    for (let i = 0; i < 100; i++) {
      const next = reserve(state, 1_010, 1_010);
      if (next.kind !== "allowed") continue;
      state = next.state;
      allowed += 1;
    }
    expect(allowed).toBe(FREE_TRIES);
  });

  it("CFW-15 a credential from the future makes no try free", () => {
    const known = { failures: HARD_LIMIT, lastAt: 1_000 };
    expect(reserve(known, 1_010, 1_011).kind).toBe("locked");
  });

  it("are allowed once the wait that was asked for is over", () => {
    fc.assert(
      fc.property(state, fc.nat({ max: HOUR }), (known, waited) => {
        const decision = reserve(known, known.lastAt + waited);
        fc.pre(decision.kind === "delayed");
        const { retryAfter } = decision;
        expect(reserve(known, known.lastAt + waited + retryAfter).kind).toBe("allowed");
        expect(reserve(known, known.lastAt + waited + retryAfter - 1).kind).toBe("delayed");
      }),
    );
  });

  it("CFW-15 wait no longer than the delay when the clock jumps back", () => {
    fc.assert(
      fc.property(state, clockStep(1, 1_000, HOUR), (known, step) => {
        fc.pre(known.failures < HARD_LIMIT);
        const now = known.lastAt - Math.abs(step);
        const first = reserve(known, now);
        const wait = first.kind === "allowed" ? 0 : first.retryAfter;
        expect(wait).toBeLessThanOrEqual(HOUR);
        expect(reserve(known, now + wait).kind).toBe("allowed");
      }),
    );
  });
});

describe("a try that an outage ended", () => {
  it("RAT-05 is taken back as though it had never been made", () => {
    fc.assert(
      fc.property(fc.option(state), fc.nat({ max: 3 * HOUR }), (before, now) => {
        const decision = reserve(before, now);
        fc.pre(decision.kind === "allowed");
        expect(release(decision.state, before, decision.state)).toEqual(before);
      }),
    );
  });

  it("leaves the others counted, in whatever order they are taken back", () => {
    const first = { failures: 1, lastAt: 10 };
    const second = { failures: 2, lastAt: 20 };
    expect(release(second, null, first)).toEqual({ failures: 1, lastAt: 20 });
    expect(release({ failures: 1, lastAt: 20 }, first, second)).toBeNull();
    // As many as it had made them, by another one meanwhile.
    expect(release({ failures: 2, lastAt: 30 }, first, second)).toEqual({
      failures: 1,
      lastAt: 30,
    });
  });

  it("has nothing to take back after a success cleared the count", () => {
    expect(release(null, null, { failures: 1, lastAt: 10 })).toBeNull();
  });
});
