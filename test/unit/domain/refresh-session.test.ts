import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sessionIdOf } from "../../../src/domain/ids.ts";
import {
  decideRefresh,
  evictions,
  expiresAt,
  isExpired,
  type RefreshSession,
} from "../../../src/domain/refresh-session.ts";
import { sessionId } from "../../support/arbitraries.ts";

const policy = { idleTtl: 100, absoluteTtl: 250, replayWindow: 30 };
const successor = { hash: "next", secretVersion: 2 };
const session: RefreshSession = {
  id: sessionIdOf("A".repeat(22)),
  createdAt: 1_000,
  lastUsedAt: 1_050,
  current: { hash: "current", secretVersion: 1 },
  previous: "previous",
  rotatedAt: 1_050,
};
const decide = (presented: string, now: number) =>
  decideRefresh(session, presented, successor, now, policy);

describe("presenting a refresh token", () => {
  it("that is current rotates it", () => {
    expect(decide("current", 1_060)).toEqual({
      kind: "rotate",
      session: {
        ...session,
        current: successor,
        previous: "current",
        rotatedAt: 1_060,
        lastUsedAt: 1_060,
      },
    });
  });

  it("REF-04 that is previous, within the window, gives the same state back", () => {
    expect(decide("previous", 1_079)).toEqual({ kind: "replay", session });
  });

  it("REF-02 that is previous is reuse from the window's last moment on", () => {
    expect(decide("previous", 1_080)).toEqual({ kind: "reuse" });
    const none = { ...policy, replayWindow: 0 };
    expect(decideRefresh(session, "previous", successor, 1_050, none).kind).toBe("reuse");
  });

  it("REF-05 that is neither current nor previous is reuse, however soon", () => {
    expect(decide("older", 1_051)).toEqual({ kind: "reuse" });
  });

  it("of a session never rotated is reuse, unless it is the current one", () => {
    const fresh = { ...session, previous: null, rotatedAt: null };
    expect(decideRefresh(fresh, "previous", successor, 1_051, policy).kind).toBe("reuse");
    const damaged = { ...session, rotatedAt: null };
    expect(decideRefresh(damaged, "previous", successor, 1_051, policy).kind).toBe("reuse");
  });

  it("of no session is unknown", () => {
    expect(decideRefresh(null, "current", successor, 1_060, policy)).toEqual({ kind: "unknown" });
  });

  it("REF-12 past a limit is refused, and says nothing of reuse", () => {
    for (const presented of ["current", "previous", "older"]) {
      expect(decide(presented, 1_150)).toEqual({ kind: "expired" });
    }
    expect(decide("current", 1_149).kind).toBe("rotate");
  });

  it("CFW-15 after the clock jumped back neither ends the session nor shortens its life", () => {
    const decision = decide("current", 900);
    expect(decision).toMatchObject({ kind: "rotate", session: { lastUsedAt: 1_050 } });
    expect(decide("previous", 900).kind).toBe("replay");
  });
});

describe("a session's end", () => {
  it("is the sooner of its two limits", () => {
    expect(expiresAt({ createdAt: 0, lastUsedAt: 0 }, policy)).toBe(100);
    expect(expiresAt({ createdAt: 0, lastUsedAt: 149 }, policy)).toBe(249);
    expect(expiresAt({ createdAt: 0, lastUsedAt: 200 }, policy)).toBe(250);
    expect(isExpired({ createdAt: 0, lastUsedAt: 0 }, 99, policy)).toBe(false);
    expect(isExpired({ createdAt: 0, lastUsedAt: 0 }, 100, policy)).toBe(true);
  });
});

describe("REV-09 making room for one more session", () => {
  it("ends none while there is room", () => {
    expect(evictions([], 1)).toEqual([]);
    expect(evictions([session], 2)).toEqual([]);
  });

  it("keeps the most recently used, and leaves room for exactly one", () => {
    const used = fc.record({ id: sessionId, lastUsedAt: fc.nat({ max: 5 }) });
    const sessions = fc.uniqueArray(used, { selector: ({ id }) => id });
    fc.assert(
      fc.property(sessions, fc.integer({ min: 1, max: 5 }), (held, limit) => {
        const gone = evictions(held, limit);
        const kept = held.filter(({ id }) => !gone.includes(id));
        expect(kept).toHaveLength(Math.min(held.length, limit - 1));
        const newestGone = Math.max(
          ...held.filter(({ id }) => gone.includes(id)).map((one) => one.lastUsedAt),
        );
        for (const one of kept) expect(one.lastUsedAt).toBeGreaterThanOrEqual(newestGone);
      }),
    );
  });
});
