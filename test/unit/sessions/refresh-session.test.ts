import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sessionIdOf } from "../../../src/domain/ids.ts";
import {
  type Device,
  decideRefresh,
  deviceOf,
  evictions,
  isExpired,
  newSession,
  type RefreshPolicy,
  type RefreshSession,
  type Rotation,
} from "../../../src/domain/sessions/refresh-session.ts";
import { sessionId } from "../../support/arbitraries.ts";
import { someActor } from "../../support/samples.ts";

const policy = { idleTtl: 100, absoluteTtl: 250, replayWindow: 30 };
const successor = { hash: "next", secretVersion: 2 };
const phone: Device = { ip: "192.0.2.1", userAgent: "a phone" };
const rotation: Rotation = {
  previous: "previous",
  at: 1_050,
  replayWindow: 30,
  by: phone,
  isReplayNoted: false,
};
const session: RefreshSession = {
  id: sessionIdOf("A".repeat(22)),
  createdAt: 1_000,
  lastUsedAt: 1_050,
  expiresAt: 1_150,
  current: { hash: "current", secretVersion: 1 },
  rotation,
  replayedElsewhereAt: null,
};
const decide = (hash: string, now: number, of = session, limits: RefreshPolicy = policy) =>
  decideRefresh(of, { hash, device: phone }, successor, now, limits);

describe("presenting a refresh token", () => {
  it("that is current rotates it", () => {
    expect(decide("current", 1_060)).toEqual({
      kind: "rotate",
      session: {
        ...session,
        lastUsedAt: 1_060,
        expiresAt: 1_160,
        current: successor,
        rotation: { ...rotation, previous: "current", at: 1_060 },
      },
    });
  });

  it("REF-04 that is previous, within the window, gives the same state back", () => {
    expect(decide("previous", 1_079)).toEqual({ kind: "replay", session, isNoteworthy: false });
  });

  it("REF-02 that is previous is reuse from the window's last moment on", () => {
    expect(decide("previous", 1_080)).toEqual({ kind: "reuse" });
    const none = { ...session, rotation: { ...rotation, replayWindow: 0 } };
    expect(decide("previous", 1_050, none).kind).toBe("reuse");
  });

  it("REF-05 that is neither current nor previous is reuse, however soon", () => {
    expect(decide("older", 1_051)).toEqual({ kind: "reuse" });
  });

  it("of a session never rotated is reuse, unless it is the current one", () => {
    const fresh = { ...session, rotation: null };
    expect(decide("previous", 1_051, fresh).kind).toBe("reuse");
    expect(decide("current", 1_051, fresh).kind).toBe("rotate");
  });

  it("of no session is unknown", () => {
    const presented = { hash: "current", device: phone };
    expect(decideRefresh(null, presented, successor, 1_060, policy)).toEqual({ kind: "unknown" });
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
  const opened = newSession(session.id, session.current, 1_000, policy);
  /** Used at the time given, under the limits given. */
  const usedAt = (now: number, of: RefreshSession, limits = policy): RefreshSession => {
    const decision = decide(of.current.hash, now, of, limits);
    if (decision.kind !== "rotate") throw new Error(`the use was ${decision.kind}`);
    return decision.session;
  };

  it("is the sooner of its two limits, counted from its last use", () => {
    expect(opened.expiresAt).toBe(1_100);
    const used = usedAt(1_099, opened);
    expect(used.expiresAt).toBe(1_199);
    expect(usedAt(1_198, used).expiresAt).toBe(1_250);
    expect(isExpired(opened, 1_099)).toBe(false);
    expect(isExpired(opened, 1_100)).toBe(true);
  });

  it("stays as it was told when the limits are lowered, also through further use", () => {
    const lowered = { idleTtl: 10, absoluteTtl: 20, replayWindow: 30 };
    expect(usedAt(1_050, opened, lowered).expiresAt).toBe(1_100);
    expect(decide("current", 1_099, opened, lowered).kind).toBe("rotate");
    expect(decide("current", 1_100, opened, lowered).kind).toBe("expired");
  });

  it("moves with limits that are raised from its next use on, and never comes back", () => {
    const raised = { idleTtl: 1_000, absoluteTtl: 5_000, replayWindow: 30 };
    expect(usedAt(1_050, opened, raised).expiresAt).toBe(2_050);
    expect(decide("current", 1_100, opened, raised).kind).toBe("expired");
  });

  it("the window of a rotation is that of its time, however it is changed later", () => {
    const used = usedAt(1_050, opened);
    const [narrow, wide] = [1, 1_000].map((replayWindow) => ({ ...policy, replayWindow }));
    expect(decide("current", 1_079, used, narrow).kind).toBe("replay");
    expect(decide("current", 1_080, used, wide).kind).toBe("reuse");
    expect(decide("current", 1_056, usedAt(1_050, opened, wide), narrow).kind).toBe("replay");
  });
});

describe("the device behind a request", () => {
  it("is what the request tells of it, and unknown where there was none", () => {
    const actor = someActor();
    expect(deviceOf({ ...actor, from: { ...phone, requestId: "r" } })).toEqual(phone);
    expect(deviceOf(actor)).toEqual({ ip: null, userAgent: null });
  });
});

describe("a replay from elsewhere", () => {
  const replay = (device: Device, of = session, now = 1_060) => {
    const decision = decideRefresh(of, { hash: "previous", device }, successor, now, policy);
    if (decision.kind !== "replay") throw new Error(`the replay was ${decision.kind}`);
    return decision;
  };
  const elsewhere: Device = { ip: "198.51.100.7", userAgent: "a script" };

  it("is answered all the same, and recorded once a rotation", () => {
    const first = replay(elsewhere);
    expect(first).toEqual({
      kind: "replay",
      isNoteworthy: true,
      session: {
        ...session,
        rotation: { ...rotation, isReplayNoted: true },
        replayedElsewhereAt: 1_060,
      },
    });
    const second = replay({ ip: "203.0.113.9", userAgent: "another" }, first.session, 1_061);
    expect(second).toEqual({ kind: "replay", isNoteworthy: false, session: first.session });
  });

  it("is recorded again after the next rotation, and remembered through it", () => {
    const rotated = decide("current", 1_070, replay(elsewhere).session);
    if (rotated.kind !== "rotate") throw new Error(`the use was ${rotated.kind}`);
    expect(rotated.session.replayedElsewhereAt).toBe(1_060);
    const presented = { hash: "current", device: elsewhere };
    expect(decideRefresh(rotated.session, presented, successor, 1_080, policy)).toMatchObject({
      isNoteworthy: true,
      session: { replayedElsewhereAt: 1_080 },
    });
  });

  it.each<[string, Device]>([
    ["another address, as when a phone changes networks", { ...phone, ip: "198.51.100.7" }],
    ["another agent, as when a page and its server refresh", { ...phone, userAgent: "a server" }],
    ["the same place", phone],
    ["an unknown place", { ip: null, userAgent: null }],
  ])("is not what comes from %s", (_, device) => {
    expect(replay(device)).toEqual({ kind: "replay", isNoteworthy: false, session });
  });

  it("is not told from a rotation whose place nobody wrote down", () => {
    const by = { ip: null, userAgent: null };
    expect(replay(elsewhere, { ...session, rotation: { ...rotation, by } })).toMatchObject({
      isNoteworthy: false,
    });
    const half = (known: Partial<Device>) => ({
      ...session,
      rotation: { ...rotation, by: { ...by, ...known } },
    });
    expect(replay(elsewhere, half({ userAgent: phone.userAgent })).isNoteworthy).toBe(true);
    expect(replay(elsewhere, half({ ip: phone.ip })).isNoteworthy).toBe(true);
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
