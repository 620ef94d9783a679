import { beforeEach, describe, expect, it } from "vitest";
import type { SigningKeys, StoredSigningKey } from "../../src/use-cases/keys/ports.ts";
import { someCoordinate, someKey } from "../support/samples.ts";

/** @param make gives a store without keys */
export function signingKeysContract(make: () => Promise<SigningKeys>): void {
  let keys: SigningKeys;
  beforeEach(async () => {
    keys = await make();
  });

  const stored = async (given: Partial<StoredSigningKey> = {}) => {
    const key = someKey(given);
    expect(await keys.create(key)).toBe(true);
    return key;
  };

  describe("SigningKeys", () => {
    it("lists the keys as they were made, in the order of the chain", async () => {
      expect(await keys.list()).toEqual([]);
      const second = await stored({ sequence: 2, signsFrom: 5_000 });
      const okp = { kty: "OKP", crv: "Ed25519", x: someCoordinate() } as const;
      const first = await stored({ sequence: 1, alg: "EdDSA", publicJwk: okp, revokedAt: 7 });
      expect(await keys.list()).toEqual([first, second]);
    });

    it("KEY-03 gives a place in the chain to one key of five at once", async () => {
      const rivals = Array.from({ length: 5 }, () => someKey({ sequence: 3 }));
      const won = await Promise.all(rivals.map((key) => keys.create(key)));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await keys.list()).toEqual([rivals[won.indexOf(true)]]);
      expect(await keys.create(someKey({ sequence: 3 }))).toBe(false);
    });

    it("stores a key once", async () => {
      const key = await stored();
      expect(await keys.create({ ...key, sequence: 2, createdAt: 0 })).toBe(false);
      expect(await keys.list()).toEqual([key]);
    });

    it("brings the time to sign forward, and never back", async () => {
      const key = await stored();
      const other = await stored({ sequence: 2 });
      const times: (number | null | undefined)[] = [];
      for (const signsFrom of [5_000, 6_000, 4_000, 4_001]) {
        await keys.schedule(key.kid, signsFrom);
        times.push((await keys.list())[0]?.signsFrom);
      }
      expect(times).toEqual([5_000, 5_000, 4_000, 4_000]);
      expect((await keys.list())[1]).toEqual(other);
    });

    it("schedules neither a revoked key nor one that is not there", async () => {
      const key = await stored();
      await keys.revoke(key.kid, 1_000);
      await keys.schedule(key.kid, 5_000);
      await keys.schedule("no such key", 5_000);
      expect(await keys.list()).toEqual([{ ...key, revokedAt: 1_000 }]);
    });

    it("KEY-04 revokes once: asked again it says yes, and the first time stands", async () => {
      const key = await stored({ signsFrom: 10 });
      expect(await keys.revoke(key.kid, 1_000)).toBe(true);
      expect(await keys.revoke(key.kid, 2_000)).toBe(true);
      expect(await keys.list()).toEqual([{ ...key, revokedAt: 1_000 }]);
      expect(await keys.revoke("no such key", 1_000)).toBe(false);
    });

    it("withdraws a key whose time to sign has not come, once", async () => {
      const waiting = await stored({ signsFrom: 1_001 });
      const unscheduled = await stored({ sequence: 2 });
      for (const { kid } of [waiting, unscheduled]) {
        expect(await keys.withdraw(kid, 1_000)).toBe(true);
        expect(await keys.withdraw(kid, 900)).toBe(false);
      }
      expect(await keys.list()).toEqual(
        [waiting, unscheduled].map((key) => ({ ...key, revokedAt: 1_000 })),
      );
      expect(await keys.withdraw("no such key", 1_000)).toBe(false);
    });

    it("withdraws no key that signs by now", async () => {
      const signing = await stored({ signsFrom: 1_000 });
      expect(await keys.withdraw(signing.kid, 1_000)).toBe(false);
      expect(await keys.list()).toEqual([signing]);
    });

    it("removes a key, also twice", async () => {
      const [first, second] = [await stored(), await stored({ sequence: 2 })];
      await keys.remove(first.kid);
      await keys.remove(first.kid);
      expect(await keys.list()).toEqual([second]);
    });

    it("replaces a wrapped half only while it is the one that was read", async () => {
      const key = await stored({ wrappedPrivate: "v1.old" });
      await keys.rewrap(key.kid, "v1.another", "v2.lost");
      expect(await keys.list()).toEqual([key]);
      await Promise.all([
        keys.rewrap(key.kid, "v1.old", "v2.fresh"),
        keys.rewrap(key.kid, "v1.old", "v2.fresh too"),
      ]);
      const [rewrapped] = await keys.list();
      expect(["v2.fresh", "v2.fresh too"]).toContain(rewrapped?.wrappedPrivate);
      await keys.rewrap(key.kid, "v1.old", "v2.late");
      expect(await keys.list()).toEqual([rewrapped]);
    });
  });
}
