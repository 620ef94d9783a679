import { describe, expect, it } from "vitest";
import {
  currentKey,
  MAX_REVOKED_KEYS,
  planRotation,
  publishedKeys,
  type SigningAlg,
  type SigningKey,
  type SigningKeyPolicy,
  stateOf,
  withdrawnKeys,
} from "../../../src/domain/keys/signing-key.ts";
import { KeyWorld } from "../../support/model-signing-keys.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const policy: SigningKeyPolicy = {
  alg: "ES256",
  rotationInterval: 30 * DAY,
  publishAhead: DAY,
  tokenLifetime: DAY + 90_000,
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

/** A service whose first key signs, and which is then told by hand to rotate. */
function worldWith(given: Partial<SigningKeyPolicy> = {}) {
  const world = new KeyWorld({ ...policy, ...given });
  world.take({ do: "sign" });
  const configure = (change: Partial<SigningKeyPolicy>) =>
    world.take({ do: "configure", policy: change });
  const rotate = () => world.runAlone(true);
  const later = (by: number) => world.take({ do: "clock", by });
  const signer = () => currentKey(world.keys, world.now);
  return { world, configure, rotate, later, signer };
}

describe("an algorithm that was withdrawn", () => {
  it("there and back: the key that waited never signs, and its heir was public as long", () => {
    const { world, configure, rotate, later, signer } = worldWith();
    configure({ alg: "EdDSA" });
    rotate();
    configure({ alg: "ES256" });
    rotate();
    const [first, withdrawn, heir] = world.keys;
    expect(withdrawn).toMatchObject({ alg: "EdDSA", revokedAt: world.now });
    expect(publishedKeys(world.keys, world.now, world.policy)).toEqual([first, heir]);
    later(DAY - 1);
    expect(signer()?.kid).toBe(first?.kid);
    later(1);
    expect(signer()).toMatchObject({ kid: heir?.kid, alg: "ES256" });
  });

  it("there, back and there again: a new key of it signs, and not the one withdrawn", () => {
    const { world, configure, rotate, later, signer } = worldWith();
    for (const alg of ["EdDSA", "ES256", "EdDSA"] satisfies SigningAlg[]) {
      configure({ alg });
      rotate();
    }
    const [, withdrawn] = world.keys;
    later(DAY);
    expect(signer()).toMatchObject({ alg: "EdDSA" });
    expect(signer()?.kid).not.toBe(withdrawn?.kid);
    expect(withdrawn?.revokedAt).not.toBeNull();
  });

  it("signs on in a current key until its heir was public for as long as is configured", () => {
    const { configure, rotate, later, signer } = worldWith();
    configure({ alg: "EdDSA" });
    rotate();
    later(DAY - 1);
    expect(signer()).toMatchObject({ alg: "ES256" });
    later(1);
    expect(signer()).toMatchObject({ alg: "EdDSA" });
  });

  it("does not take over in an emergency either: a new key is made", () => {
    const keys = [
      key(1, { signsFrom: 0, revokedAt: 10 }),
      key(2, { alg: "EdDSA", signsFrom: DAY }),
      key(3, { alg: "EdDSA" }),
    ];
    expect(planRotation(keys, 10, policy)).toMatchObject({
      withdraw: ["k2", "k3"],
      create: { sequence: 4 },
      schedule: [],
    });
  });

  it("is not that of a key that signs, or has signed", () => {
    const keys = [key(1, { alg: "EdDSA", signsFrom: 0 }), key(2, { alg: "EdDSA", signsFrom: 5 })];
    expect(withdrawnKeys(keys, 5, policy)).toEqual([]);
    expect(withdrawnKeys(keys, 4, policy)).toEqual([keys[1]]);
  });
});

describe("a key that was scheduled under other durations", () => {
  it.each([
    ["lowered", 600_000],
    ["raised", 7 * DAY],
  ])("signs when it was said to, with KEY_PUBLISH_AHEAD %s", (_, publishAhead) => {
    const { world, configure, rotate, later, signer } = worldWith();
    rotate();
    const [first, next] = world.keys;
    configure({ publishAhead });
    rotate();
    later(DAY - 1);
    expect(signer()?.kid).toBe(first?.kid);
    later(1);
    expect(signer()?.kid).toBe(next?.kid);
    expect(world.keys).toHaveLength(2);
  });

  it.each([
    ["lowered", 2 * DAY],
    ["raised", 300 * DAY],
  ])("signs when it was said to, with KEY_ROTATION_INTERVAL %s", (_, rotationInterval) => {
    const { world, configure, rotate, later, signer } = worldWith();
    rotate();
    configure({ rotationInterval });
    rotate();
    later(DAY);
    expect(signer()?.kid).toBe(world.keys[1]?.kid);
  });

  it("an interval that was lowered makes an old key due now, and it signs until its heir may", () => {
    const { world, configure, later, signer } = worldWith();
    later(20 * DAY);
    configure({ rotationInterval: 2 * DAY });
    world.runAlone();
    const [first, next] = world.keys;
    expect(next?.signsFrom).toBe(world.now + DAY);
    later(DAY - 1);
    expect(signer()?.kid).toBe(first?.kid);
  });
});

describe("revoked keys that lists show", () => {
  it("are the newest, however many were revoked, and none wakes up", () => {
    const { world, signer } = worldWith();
    const signed = new Set<string>();
    for (let round = 0; round < 2 * MAX_REVOKED_KEYS; round++) {
      const kid = signer()?.kid ?? "";
      expect(signed.has(kid)).toBe(false);
      signed.add(kid);
      world.take({ do: "revoke", key: world.keys.findIndex((one) => one.kid === kid) });
      world.runAlone();
      world.runAlone();
    }
    const revoked = world.keys.filter(({ revokedAt }) => revokedAt !== null);
    expect(revoked.map(({ kid }) => kid)).toEqual([...signed].slice(-MAX_REVOKED_KEYS));
  });

  it("hold the one that signed last for as long as nobody signs in its place", () => {
    const flood = Array.from({ length: MAX_REVOKED_KEYS + 5 }, (_, i) =>
      key(i + 3, { revokedAt: 50 }),
    );
    const last = key(2, { signsFrom: 10, revokedAt: 20 });
    const keys = [key(1, { signsFrom: 0 }), last, ...flood];
    const { remove } = planRotation(keys, 100 * DAY, policy);
    expect(remove).not.toContain(last.kid);
    expect(stateOf(last, keys, 100 * DAY, policy)).toBe("revoked");
  });
});
