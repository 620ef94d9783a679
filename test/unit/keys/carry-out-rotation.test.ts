import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SYSTEM } from "../../../src/domain/access/actor.ts";
import { carryOutRotation } from "../../../src/use-cases/keys/carry-out-rotation.ts";
import { revokeSigningKey } from "../../../src/use-cases/keys/revoke-signing-key.ts";
import type { ChangeKeysDeps } from "../../../src/use-cases/keys/rotate-signing-keys.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { type KeyStore, keyStore } from "../../support/key-store.ts";
import { atEveryCall, FAULTS, outcomeOf, type PortFaults } from "../../support/port-faults.ts";
import { DAY, KEY_POLICY, someActor, someKey } from "../../support/samples.ts";

const { rotationInterval, publishAhead, tokenLifetime } = KEY_POLICY;

/** A store in one of the states that a run can find. @property keys how many there are after it */
const STARTS = [
  { name: "there is no key yet", keys: 1, prepare: async () => undefined },
  {
    name: "the next key is due",
    keys: 2,
    prepare: async (store: KeyStore) => {
      await carryOutRotation(store.deps, SYSTEM);
      store.advance(rotationInterval - publishAhead);
    },
  },
  {
    name: "the next key was made and never published",
    keys: 2,
    prepare: async (store: KeyStore) => {
      await carryOutRotation(store.deps, SYSTEM);
      store.advance(rotationInterval + DAY);
      const made = await store.deps.keyMaker.create("ES256");
      const createdAt = store.deps.clock();
      const life = { sequence: 2, createdAt, signsFrom: null, revokedAt: null };
      await store.keys.create({ ...made, ...life, alg: "ES256" });
    },
  },
  {
    name: "the current key was revoked",
    keys: 2,
    prepare: async (store: KeyStore) => {
      const [key] = await carryOutRotation(store.deps, SYSTEM);
      await store.keys.revoke(key?.kid ?? "", store.deps.clock());
    },
  },
  {
    name: "a key waits whose algorithm is configured no more",
    keys: 2,
    prepare: async (store: KeyStore) => {
      await carryOutRotation(store.deps, SYSTEM);
      const made = await store.deps.keyMaker.create("EdDSA");
      const createdAt = store.deps.clock();
      const life = { sequence: 2, createdAt, signsFrom: createdAt + DAY, revokedAt: null };
      await store.keys.create({ ...made, ...life, alg: "EdDSA" });
    },
  },
  {
    name: "a retired key is to be forgotten",
    keys: 1,
    prepare: async (store: KeyStore) => {
      await carryOutRotation(store.deps, SYSTEM);
      await carryOutRotation(store.deps, SYSTEM, true);
      store.advance(publishAhead + tokenLifetime);
    },
  },
] as const;

const prepared = async (start: (typeof STARTS)[number]): Promise<KeyStore> => {
  const store = keyStore();
  await start.prepare(store);
  return store;
};

const through = (store: KeyStore, faults: PortFaults): ChangeKeysDeps => ({
  ...store.deps,
  keys: faults.wrap(store.deps.keys),
  keyMaker: faults.wrap(store.deps.keyMaker),
  jwksCache: faults.wrap(store.deps.jwksCache),
});

/** One chain, one signer that was published before, and verifiers who are shown what they need. */
async function expectSound(store: KeyStore, keys: number): Promise<void> {
  const chain = await store.keys.list();
  expect(chain).toHaveLength(keys);
  expect(new Set(chain.map(({ sequence }) => sequence)).size).toBe(keys);
  const signer = await store.current();
  expect(store.published.has(signer?.kid ?? "none")).toBe(true);
  expect(await store.cache.read()).toEqual(await store.due());
  expect(chain.every(({ wrappedPrivate }) => wrappedPrivate.startsWith("v2."))).toBe(true);
}

describe.each(STARTS)("KEY-02 KEY-03 when $name", (start) => {
  it.each(FAULTS)("a run that dies at any call is made good by the next: %s", async (kind) => {
    const broken = await atEveryCall(kind, async (faults) => {
      const store = await prepared(start);
      const signer = await store.current();
      const outcome = await outcomeOf(carryOutRotation(through(store, faults), SYSTEM));
      faults.end();
      expect(outcome === "unavailable").toBe(faults.struck !== null);
      // Whoever signed goes on signing until another can.
      if (signer !== null) expect((await store.current())?.kid).toBe(signer.kid);
      await carryOutRotation(store.deps, SYSTEM);
      await expectSound(store, start.keys);
    });
    expect(broken).toContain("write");
  });

  it("two runs at once, however they interleave, make one chain", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, force) => {
        const store = await prepared(start);
        const deps = interleaved(store, scheduler);
        await scheduler.waitFor(
          Promise.all([
            carryOutRotation(deps, SYSTEM, force),
            carryOutRotation(deps, SYSTEM, force),
          ]),
        );
        const { length } = await store.keys.list();
        expect([start.keys, start.keys + (force ? 1 : 0)]).toContain(length);
        await expectSound(store, length);
      }),
    );
  });

  it("a run twice over changes nothing more", async () => {
    const store = await prepared(start);
    const after = await carryOutRotation(store.deps, SYSTEM);
    expect(await carryOutRotation(store.deps, SYSTEM)).toEqual(after);
    expect(await carryOutRotation(store.deps, SYSTEM)).toEqual(after);
  });
});

describe("KEY-02 when the set cannot be published", () => {
  const unpublishable = (store: KeyStore): ChangeKeysDeps => ({
    ...store.deps,
    jwksCache: {
      ...store.deps.jwksCache,
      write: async () => {
        throw new Unavailable("kv");
      },
    },
  });

  it("a regular rotation schedules nothing", async () => {
    const store = keyStore();
    const [first] = await carryOutRotation(store.deps, SYSTEM);
    expect(await outcomeOf(carryOutRotation(unpublishable(store), SYSTEM, true))).toBe(
      "unavailable",
    );
    expect(await store.keys.list()).toMatchObject([{ kid: first?.kid }, { signsFrom: null }]);
    expect(store.notices).not.toContainEqual({ event: "jwks_not_published", actor: SYSTEM });
  });

  it("the first key signs at once, says so, and the next run publishes it", async () => {
    const store = keyStore();
    expect(await outcomeOf(carryOutRotation(unpublishable(store), SYSTEM))).toBe("unavailable");
    const signer = await store.current();
    expect(signer).not.toBeNull();
    expect(store.notices).toContainEqual({ event: "jwks_not_published", actor: SYSTEM });
    await carryOutRotation(store.deps, SYSTEM);
    await expectSound(store, 1);
    expect((await store.current())?.kid).toBe(signer?.kid);
  });

  it("KEY-04 of those that wait when the signer is revoked the heir alone signs", async () => {
    const store = keyStore();
    const [first] = await carryOutRotation(store.deps, SYSTEM);
    await carryOutRotation(store.deps, SYSTEM, true);
    const made = await store.deps.keyMaker.create("ES256");
    const life = { sequence: 3, createdAt: store.deps.clock(), signsFrom: null, revokedAt: null };
    await store.keys.create({ ...made, ...life, alg: "ES256" });
    const kid = first?.kid ?? "";
    expect(await outcomeOf(revokeSigningKey(unpublishable(store), SYSTEM, kid))).toBe(
      "unavailable",
    );
    const [, second, third] = await store.keys.list();
    expect((await store.current())?.kid).toBe(second?.kid);
    expect(third).toMatchObject({ signsFrom: null });
    await revokeSigningKey(store.deps, SYSTEM, kid);
    await expectSound(store, 3);
  });
});

describe("KEY-04 revoking the key that signs", () => {
  it("while a run is on its way, verifiers are shown the heir and not the key", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const store = keyStore();
        const [first] = await carryOutRotation(store.deps, SYSTEM);
        const kid = first?.kid ?? "";
        const deps = interleaved(store, scheduler);
        await scheduler.waitFor(
          Promise.all([carryOutRotation(deps, SYSTEM), revokeSigningKey(deps, SYSTEM, kid)]),
        );
        const shown = (await store.cache.read())?.keys.map((key) => key.kid);
        expect(shown).not.toContain(kid);
        expect(shown).toEqual([(await store.current())?.kid]);
      }),
      { numRuns: 500 }, // few orders are dangerous
    );
  });

  it.each(FAULTS)("asked again after a failure at any call it is done: %s", async (kind) => {
    await atEveryCall(kind, async (faults) => {
      const store = keyStore();
      const [first] = await carryOutRotation(store.deps, SYSTEM);
      const kid = first?.kid ?? "";
      const outcome = await outcomeOf(revokeSigningKey(through(store, faults), SYSTEM, kid));
      faults.end();
      if (outcome === "unavailable") await revokeSigningKey(store.deps, SYSTEM, kid);
      await expectSound(store, 2);
      expect((await store.current())?.kid).not.toBe(kid);
    });
  });
});

/** The ports, whose calls wait until the scheduler lets them go, in an order of its choice. */
function interleaved(store: KeyStore, scheduler: fc.Scheduler): ChangeKeysDeps {
  const wrap = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== "function") return value;
        return async (...args: unknown[]) => {
          await scheduler.schedule(Promise.resolve(), String(key));
          return value.apply(target, args);
        };
      },
    });
  return { ...store.deps, keys: wrap(store.deps.keys), jwksCache: wrap(store.deps.jwksCache) };
}

it("what is noticed names whoever rotated or revoked", async () => {
  const store = keyStore();
  await carryOutRotation(store.deps, SYSTEM);
  const { kid } = (await store.current()) ?? someKey();
  expect(store.notices.map(({ event }) => event)).toContain("signing_key_created");
  expect(new Set(store.notices.map(({ actor }) => actor))).toEqual(new Set([SYSTEM]));
  store.notices.length = 0;
  const operator = someActor("keys:rotate");
  await revokeSigningKey(store.deps, operator, kid);
  expect(store.notices.map(({ event }) => event)).toContain("signing_key_revoked");
  expect(new Set(store.notices.map(({ actor }) => actor))).toEqual(new Set([operator]));
});
