import { describe, expect, it } from "vitest";
import {
  currentKey,
  MAX_REVOKED_KEYS,
  planRotation,
  publishedKeys,
  type SigningKey,
  type SigningKeyPolicy,
  stateOf,
  verifiesUntil,
} from "../../../src/domain/keys/signing-key.ts";

const DAY = 24 * 60 * 60 * 1_000;
const policy: SigningKeyPolicy = {
  alg: "ES256",
  rotationInterval: 30 * DAY,
  publishAhead: DAY,
  tokenLifetime: 690_000,
};
const key = (sequence: number, rest: Partial<SigningKey> = {}): SigningKey => ({
  kid: `k${sequence}`,
  alg: "ES256",
  sequence,
  createdAt: 0,
  signsFrom: null,
  revokedAt: null,
  ...rest,
});
const nothing = { withdraw: [], create: null, schedule: [], remove: [], overdue: false };

describe("a signing key", () => {
  const chain = [key(1, { signsFrom: 0 }), key(2, { signsFrom: 100 }), key(3)];
  const states = (now: number) => chain.map((one) => stateOf(one, chain, now, policy));

  it("is next, then current, then retired, then gone, by the clock alone", () => {
    expect(states(-1)).toEqual(["next", "next", "next"]);
    expect(states(0)).toEqual(["current", "next", "next"]);
    expect(states(100)).toEqual(["retired", "current", "next"]);
    expect(states(100 + policy.tokenLifetime - 1)).toEqual(["retired", "current", "next"]);
    expect(states(100 + policy.tokenLifetime)).toEqual(["gone", "current", "next"]);
  });

  it("KEY-01 is published until the last token it signed is dead, and from before it signs", () => {
    const kids = (now: number) => publishedKeys(chain, now, policy).map(({ kid }) => kid);
    expect(kids(100 + policy.tokenLifetime - 1)).toEqual(["k1", "k2", "k3"]);
    expect(kids(100 + policy.tokenLifetime)).toEqual(["k2", "k3"]);
  });

  it("has its place in the chain from its number, in whatever order the keys are read", () => {
    const backwards = [...chain].reverse();
    expect(currentKey(backwards, 100)?.kid).toBe("k2");
    const { schedule } = planRotation(backwards, -1, policy);
    expect(schedule).toContainEqual({ kid: "k1", signsFrom: -1 });
  });

  it("verifies for ever while nothing follows it", () => {
    expect(verifiesUntil(key(1, { signsFrom: 0 }), chain.slice(0, 1), policy)).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  it("KEY-04 that is revoked neither signs nor is published, and wakes up no older one", () => {
    const revoked = [key(1, { signsFrom: 0 }), key(2, { signsFrom: 100, revokedAt: 150 })];
    expect(currentKey(revoked, 200)).toBeNull();
    expect(revoked.map((one) => stateOf(one, revoked, 200, policy))).toEqual([
      "retired",
      "revoked",
    ]);
    expect(publishedKeys(revoked, 200, policy).map(({ kid }) => kid)).toEqual(["k1"]);
  });

  it("that was revoked before its time never signed, so the one before it still does", () => {
    const revoked = [key(1, { signsFrom: 0 }), key(2, { signsFrom: 100, revokedAt: 50 })];
    expect(currentKey(revoked, 200)?.kid).toBe("k1");
    expect(verifiesUntil(key(1), revoked, policy)).toBe(Number.POSITIVE_INFINITY);
  });

  it("that was revoked in the moment its time came may have signed, so none wakes up", () => {
    const revoked = [key(1, { signsFrom: 0 }), key(2, { signsFrom: 100, revokedAt: 100 })];
    expect(currentKey(revoked, 99)?.kid).toBe("k1");
    expect(currentKey(revoked, 200)).toBeNull();
  });
});

describe("the plan", () => {
  it("makes the first key, and lets it sign at once", () => {
    expect(planRotation([], 5, policy)).toEqual({ ...nothing, create: { sequence: 1 } });
    const made = planRotation([key(1)], 5, policy);
    expect(made).toEqual({ ...nothing, schedule: [{ kid: "k1", signsFrom: 5 }] });
  });

  it("is empty while a key is in its prime", () => {
    const keys = [key(1, { signsFrom: 0 })];
    expect(planRotation(keys, 29 * DAY - 1, policy)).toEqual(nothing);
  });

  it("makes a successor so early that it signs when the interval ends, a day after publication", () => {
    const keys = [key(1, { signsFrom: 0 })];
    expect(planRotation(keys, 29 * DAY, policy)).toEqual({ ...nothing, create: { sequence: 2 } });
    expect(planRotation([...keys, key(2)], 29 * DAY, policy)).toEqual({
      ...nothing,
      schedule: [{ kid: "k2", signsFrom: 30 * DAY }],
    });
  });

  it("rotates now when told to, but makes no second successor", () => {
    const keys = [key(1, { signsFrom: 0 })];
    expect(planRotation(keys, DAY, policy, true).create).toEqual({ sequence: 2 });
    expect(planRotation([...keys, key(2, { signsFrom: 9 * DAY })], DAY, policy, true)).toEqual(
      nothing,
    );
  });

  it("makes a successor when another algorithm is configured", () => {
    const keys = [key(1, { signsFrom: 0, alg: "EdDSA" })];
    expect(planRotation(keys, 1, policy).create).toEqual({ sequence: 2 });
  });

  it("KEY-04 replaces a revoked key at once, by the one that waits or by a new one", () => {
    const revoked = key(1, { signsFrom: 0, revokedAt: 10 });
    expect(planRotation([revoked], 10, policy).create).toEqual({ sequence: 2 });
    const waiting = [revoked, key(2, { signsFrom: 9 * DAY })];
    expect(planRotation(waiting, 10, policy)).toEqual({
      ...nothing,
      schedule: [{ kid: "k2", signsFrom: 10 }],
    });
  });

  it("CFW-15 brings the key that signed forward when the clock jumps back, not one made since", () => {
    const keys = [key(1, { signsFrom: 100 }), key(2)];
    expect(planRotation(keys, 90, policy).schedule).toEqual([
      { kid: "k1", signsFrom: 90 },
      { kid: "k2", signsFrom: 90 + policy.publishAhead },
    ]);
  });

  it("forgets a key when no token of it can be alive", () => {
    const keys = [key(1, { signsFrom: 0 }), key(2, { signsFrom: DAY })];
    expect(planRotation(keys, DAY + policy.tokenLifetime - 1, policy).remove).toEqual([]);
    expect(planRotation(keys, DAY + policy.tokenLifetime, policy).remove).toEqual(["k1"]);
  });

  it("remembers a revoked key for an interval", () => {
    const keys = [key(1, { signsFrom: 0, revokedAt: 10 }), key(2, { signsFrom: 10 })];
    expect(planRotation(keys, 10 + policy.rotationInterval - 1, policy).remove).toEqual([]);
    expect(planRotation(keys, 10 + policy.rotationInterval, policy).remove).toEqual(["k1"]);
  });

  it("of too many revoked keys forgets the one revoked first, wherever it stands in the chain", () => {
    const signer = key(1, { signsFrom: 0 });
    const revoked = Array.from({ length: MAX_REVOKED_KEYS + 1 }, (_, i) =>
      key(2 + i, { revokedAt: 1_000 - i }),
    );
    expect(planRotation([signer, ...revoked], 1_000, policy).remove).toEqual([
      `k${2 + MAX_REVOKED_KEYS}`,
    ]);
    const atOnce = revoked.map((one) => ({ ...one, revokedAt: 1_000 }));
    expect(planRotation([signer, ...atOnce], 1_000, policy).remove).toEqual(["k2"]);
    expect(planRotation([signer, ...revoked.slice(1)], 1_000, policy).remove).toEqual([]);
  });

  it("KEY-03 says so when a key has outstayed its interval by a day, and the key goes on", () => {
    const keys = [key(1, { signsFrom: 0 })];
    expect(planRotation(keys, 31 * DAY - 1, policy).overdue).toBe(false);
    expect(planRotation(keys, 31 * DAY, policy).overdue).toBe(true);
    expect(currentKey(keys, 400 * DAY)?.kid).toBe("k1");
    expect(planRotation([], 31 * DAY, policy).overdue).toBe(false);
  });
});
