import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  currentKey,
  planRotation,
  publishedKeys,
  type SigningKeyPolicy,
  stateOf,
  withdrawnKeys,
} from "../../../src/domain/keys/signing-key.ts";
import { clockStep } from "../../support/arbitraries.ts";
import { KeyWorld, type Step } from "../../support/model-signing-keys.ts";

const HOUR = 3_600_000;
const algorithm = fc.constantFrom("ES256" as const, "EdDSA" as const);
const rotationInterval = fc.constantFrom(25 * HOUR, 100 * HOUR);
const publishAhead = fc.constantFrom(HOUR, 24 * HOUR);
const tokenLifetime = fc.constantFrom(HOUR / 4, 24 * HOUR);
const policy = fc.record({ alg: algorithm, rotationInterval, publishAhead, tokenLifetime });
/** Of the lifetime nothing: it is the longest that any configuration allows. */
const change = fc.record({ alg: algorithm, rotationInterval, publishAhead }, { requiredKeys: [] });
const changeOfDurations = fc.record({ rotationInterval, publishAhead }, { requiredKeys: [] });

const run = fc.nat({ max: 2 });
const steps = (
  clock: fc.Arbitrary<number>,
  changes: fc.Arbitrary<Partial<SigningKeyPolicy>>,
): fc.Arbitrary<Step[]> => {
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant("start" as const), force: fc.boolean() }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant("advance" as const), run }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("crash" as const), run }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("finish" as const), run }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("revoke" as const), key: run }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant("configure" as const), policy: changes }),
    },
    { weight: 5, arbitrary: fc.record({ do: fc.constant("clock" as const), by: clock }) },
    { weight: 5, arbitrary: fc.constant({ do: "sign" as const }) },
  );
  return fc.array(step, { maxLength: 80, size: "max" });
};

const distances = [1, HOUR / 12, HOUR / 4, HOUR, 24 * HOUR, 25 * HOUR, 100 * HOUR];
const jumping = clockStep(...distances);
const honest = jumping.map(Math.abs);

/** Plays every history, and looks at the world after every step. */
function always(
  clock: fc.Arbitrary<number>,
  look: (world: KeyWorld) => void,
  changes: fc.Arbitrary<Partial<SigningKeyPolicy>> = change,
): void {
  fc.assert(
    fc.property(policy, steps(clock, changes), (limits, history) => {
      const world = new KeyWorld(limits);
      for (const one of history) {
        world.take(one);
        look(world);
      }
    }),
    { numRuns: 150 },
  );
}

describe("in every history of runs, crashes, revocations, changed configurations and clock jumps", () => {
  it("KEY-03 there is at most one current key, and one chain", () => {
    always(jumping, ({ keys, now, policy: limits }) => {
      const current = keys.filter((key) => stateOf(key, keys, now, limits) === "current");
      expect(current.length).toBeLessThanOrEqual(1);
      expect(current[0] ?? null).toEqual(currentKey(keys, now));
      expect(new Set(keys.map((key) => key.sequence)).size).toBe(keys.length);
    });
  });

  it("KEY-02 no key signs that was not published", () => {
    always(jumping, (world) => {
      const signer = currentKey(world.keys, world.now);
      if (signer !== null) expect(world.history(signer.kid).publishedAt).not.toBeNull();
    });
  });

  it("KEY-02 no key is told to sign at once while another that signed can go on", () => {
    // A clock that jumped back makes a key that signed one that waits; by a run that still has
    // another algorithm configured it is then withdrawn, and nobody could go on.
    const look = (world: KeyWorld) => expect(world.tooSoon).toEqual([]);
    always(honest, look);
    always(jumping, look, changeOfDurations);
  });

  it("KEY-04 a revoked key signs no more and is published no more", () => {
    always(jumping, (world) => {
      const shown = publishedKeys(world.keys, world.now, world.policy);
      for (const key of [currentKey(world.keys, world.now), ...shown]) {
        if (key !== null) expect(world.history(key.kid).revoked).toBe(false);
      }
    });
  });

  it("after a run no key waits whose algorithm is not the configured one", () => {
    always(jumping, (world) => {
      world.runAlone();
      expect(withdrawnKeys(world.keys, world.now, world.policy)).toEqual([]);
    });
  });

  it("a key that was withdrawn never signs", () => {
    always(jumping, (world) => {
      const before = withdrawnKeys(world.keys, world.now, world.policy).map(({ kid }) => kid);
      world.take({ do: "sign" });
      expect(before).not.toContain(world.tokens.at(-1)?.kid);
    });
  });

  it("a signer is found whenever one is needed", () => {
    always(jumping, (world) => {
      const before = world.tokens.length;
      world.take({ do: "sign" });
      expect(world.tokens).toHaveLength(before + 1);
    });
  });

  it("KEY-03 a run that follows a run at once changes nothing", () => {
    always(jumping, (world) => {
      world.runAlone();
      const { keys } = world;
      const plan = planRotation(keys, world.now, world.policy);
      expect(plan).toMatchObject({ withdraw: [], create: null, schedule: [], remove: [] });
      world.runAlone();
      expect(world.keys).toEqual(keys);
    });
  });
});

describe("in every history whose clock only goes forward", () => {
  it("KEY-02 a key signs no sooner than the policy allows after its publication", () => {
    always(honest, (world) => {
      const signer = currentKey(world.keys, world.now);
      if (signer === null) return;
      const { publishedAt, isEmergency, publishAhead: ahead } = world.history(signer.kid);
      if (isEmergency) return;
      expect(world.now).toBeGreaterThanOrEqual(Number(publishedAt) + ahead);
    });
  });

  it("KEY-01 a token that is alive is signed by a published key, unless that was revoked", () => {
    always(honest, (world) => {
      const shown = publishedKeys(world.keys, world.now, world.policy).map(({ kid }) => kid);
      const alive = world.tokens.filter(
        ({ kid, signedAt }) =>
          world.now < signedAt + world.policy.tokenLifetime && !world.history(kid).revoked,
      );
      expect(shown).toEqual(expect.arrayContaining(alive.map(({ kid }) => kid)));
    });
  });

  it("a key that was superseded never signs again", () => {
    always(honest, (world) => {
      const signer = currentKey(world.keys, world.now);
      if (signer !== null) expect(signer.kid).toBe(world.signers.at(-1));
    });
  });
});
