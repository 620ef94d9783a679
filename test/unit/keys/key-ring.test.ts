import { describe, expect, it } from "vitest";
import { KEYS_MAX_AGE } from "../../../src/core/config/constants.ts";
import { KEYS_RELOAD_INTERVAL } from "../../../src/core/memory/key-copy.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { KeyRingWorld } from "../../support/model-key-ring.ts";
import { ecSigner, tokenOf } from "../../support/model-tokens.ts";
import { DAY } from "../../support/samples.ts";

describe("signing", () => {
  it("makes the first key when one is needed, and every isolate takes that one", async () => {
    const world = new KeyRingWorld();
    const [one, other] = [world.isolate(), world.isolate()];
    const token = await world.sign(one);
    expect(await other.verify(token)).toMatchObject({ sub: world.claims().sub });
    await world.sign(other);
    expect(await world.keys.list()).toHaveLength(1);
  });

  it("REF-07 says that it cannot before anything is consumed, when the root secret is gone", async () => {
    const world = new KeyRingWorld();
    await world.sign(world.isolate());
    const ring = world.isolate(async () => null);
    await expect(ring.prepare()).rejects.toBeInstanceOf(Unavailable);
  });

  it("goes on through an outage of D1 with the keys that are known", async () => {
    const world = new KeyRingWorld();
    const ring = world.isolate();
    await world.sign(ring);
    world.isDown = true;
    world.now += 3_600_000;
    expect(await ring.verify(await world.sign(ring))).not.toBeNull();
    expect(world.notices).toContain("signing_keys_stale");
  });

  it("KEY-02 begins without the cache at the edge, and shows verifiers what D1 has", async () => {
    const world = new KeyRingWorld();
    world.isCacheDown = true;
    const ring = world.isolate();
    const token = await world.sign(ring);
    expect(world.notices).toContain("jwks_not_published");
    for (const isolate of [ring, world.isolate()]) {
      const { keys } = await isolate.jwks();
      expect(keys.map(({ kid }) => kid)).toEqual([world.kidOf(token)]);
    }
    expect(world.notices).toContain("jwks_not_read");
  });

  it("KEY-04 uses the heir that could not be published, and shows it in place of the old set", async () => {
    const world = new KeyRingWorld();
    const ring = world.isolate();
    const before = await world.sign(ring);
    world.isCacheReadOnly = true;
    await expect(world.revoke(world.kidOf(before))).rejects.toBeInstanceOf(Unavailable);
    ring.forget();
    const after = await world.sign(ring);
    expect(await ring.verify(after)).not.toBeNull();
    const { keys } = await ring.jwks();
    expect(keys.map(({ kid }) => kid)).toEqual([world.kidOf(after)]);
  });

  it("KEY-04 uses another key at once after the emergency", async () => {
    const world = new KeyRingWorld();
    const ring = world.isolate();
    const before = await world.sign(ring);
    await world.revoke(world.kidOf(before));
    ring.forget();
    const after = await world.sign(ring);
    expect(world.kidOf(after)).not.toBe(world.kidOf(before));
    expect(await ring.verify(after)).not.toBeNull();
  });
});

describe("a key of an algorithm that was withdrawn", () => {
  /** One waits that was made while the other algorithm was configured. */
  async function worldWithWithdrawn() {
    const world = new KeyRingWorld();
    const first = world.kidOf(await world.sign(world.isolate()));
    world.alg = "EdDSA";
    await world.rotate();
    world.alg = "ES256";
    const isWithdrawn = async () => (await world.keys.list())[1]?.revokedAt != null;
    return { world, first, isWithdrawn };
  }

  it("is withdrawn by whoever signs next, so that its time never comes", async () => {
    const { world, first, isWithdrawn } = await worldWithWithdrawn();
    const ring = world.isolate();
    expect(world.kidOf(await world.sign(ring))).toBe(first);
    await world.settleDeferred();
    expect(await isWithdrawn()).toBe(true);
    expect(world.notices).toContain("signing_key_withdrawn");
    world.now += DAY;
    for (const isolate of [ring, world.isolate()]) {
      expect(world.kidOf(await world.sign(isolate))).toBe(first);
    }
  });

  it("is not signed with by an isolate whose copy is older than the key's time", async () => {
    const { world, first, isWithdrawn } = await worldWithWithdrawn();
    world.alg = "EdDSA";
    const idle = world.isolate();
    world.now += DAY - 2_000;
    await idle.prepare();
    world.alg = "ES256";
    await world.rotate();
    expect(await isWithdrawn()).toBe(true);
    world.now += 3_000;
    expect(world.kidOf(await world.sign(idle))).toBe(first);
  });

  it("keeps nobody from signing when that fails, and is tried once an interval", async () => {
    const { world, first, isWithdrawn } = await worldWithWithdrawn();
    const ring = world.isolate();
    world.isWriteDown = true;
    for (let i = 0; i < 3; i++) expect(world.kidOf(await world.sign(ring))).toBe(first);
    await world.settleDeferred();
    expect(world.withdrawals).toBe(1);
    expect(await isWithdrawn()).toBe(false);
    world.isWriteDown = false;
    await world.sign(ring);
    await world.settleDeferred();
    expect(await isWithdrawn()).toBe(false);
    world.now += KEYS_MAX_AGE;
    await world.sign(ring);
    await world.settleDeferred();
    expect(await isWithdrawn()).toBe(true);
  });
});

describe("verifying", () => {
  it("takes the copy for granted at first, then renews it behind the request's back", async () => {
    const world = new KeyRingWorld();
    const ring = world.isolate();
    const token = await world.sign(ring);
    await world.keys.revoke(world.kidOf(token), world.now);
    const reads = world.reads;
    expect(await ring.verify(token)).not.toBeNull();
    expect(world.reads).toBe(reads);

    world.now += KEYS_MAX_AGE / 2;
    expect(await ring.verify(token)).not.toBeNull();
    await world.settleDeferred();
    expect(world.reads).toBe(reads + 1);
    expect(await ring.verify(token)).toBeNull();
  });

  it("KEY-04 refuses a revoked key at once here, and elsewhere within the copy's age", async () => {
    const world = new KeyRingWorld();
    const [here, elsewhere] = [world.isolate(), world.isolate()];
    const token = await world.sign(here);
    expect(await elsewhere.verify(token)).not.toBeNull();
    await world.revoke(world.kidOf(token));
    here.forget();
    expect(await here.verify(token)).toBeNull();
    world.now += KEYS_MAX_AGE;
    expect(await elsewhere.verify(token)).toBeNull();
  });

  it("KEY-04 refuses a revoked key here though D1 is gone and KV still shows it", async () => {
    const world = new KeyRingWorld();
    const ring = world.isolate();
    const token = await world.sign(ring);
    const shown = await ring.jwks();
    await world.revoke(world.kidOf(token), ring);
    await world.jwksCache.write(shown);
    world.isDown = true;
    expect(await ring.verify(token)).toBeNull();
    expect(await ring.verify(await world.sign(ring))).not.toBeNull();
  });

  it("lives on the last good copy through an outage of D1", async () => {
    const world = new KeyRingWorld();
    const ring = world.isolate();
    const token = await world.sign(ring);
    world.isDown = true;
    for (const later of [KEYS_MAX_AGE / 2, KEYS_MAX_AGE, 300_000]) {
      world.now += later;
      expect(await ring.verify(token)).not.toBeNull();
      await world.settleDeferred();
    }
  });

  it("says so when the copy could not be renewed behind the request's back", async () => {
    const world = new KeyRingWorld();
    const ring = world.isolate();
    const token = await world.sign(ring);
    world.isDown = true;
    world.now += KEYS_MAX_AGE / 2;
    await ring.verify(token);
    await world.settleDeferred();
    expect(world.notices).toContain("signing_keys_stale");
  });

  it("takes the set in KV when D1 is out of reach and there is no copy", async () => {
    const world = new KeyRingWorld();
    const token = await world.sign(world.isolate());
    world.isDown = true;
    expect(await world.isolate().verify(token)).not.toBeNull();
  });

  it("is an outage, not a bad token, when there is no copy anywhere", async () => {
    const world = new KeyRingWorld();
    const token = await world.sign(world.isolate());
    world.isDown = true;
    await world.jwksCache.write({ keys: [] });
    world.isCacheDown = true;
    await expect(world.isolate().verify(token)).rejects.toBeInstanceOf(Unavailable);
  });

  it("CFW-15 trusts no copy after the clock jumped back", async () => {
    const world = new KeyRingWorld();
    const ring = world.isolate();
    const token = await world.sign(ring);
    await world.keys.revoke(world.kidOf(token), world.now);
    world.now -= 20_000;
    expect(await ring.verify(token)).toBeNull();
  });
});

describe("TOK-11 a kid that the copy lacks", () => {
  it("makes it read anew at most once an interval", async () => {
    const world = new KeyRingWorld();
    const ring = world.isolate();
    await ring.verify(await world.sign(ring));
    for (let interval = 1; interval <= 2; interval++) {
      const reads = world.reads;
      const token = await world.sign(ring);
      expect(await ring.verify(world.withKid(token, "made-up"))).toBeNull();
      for (let i = 0; i < 20; i++) {
        const again = ring.verify(world.withKid(token, `made-up-${i}`));
        await expect(again).rejects.toBeInstanceOf(Unavailable);
      }
      expect(world.reads).toBe(reads + 1);
      world.now += KEYS_RELOAD_INTERVAL;
    }
  });

  it("is refused without a reading when its token says that the copy is younger", async () => {
    const world = new KeyRingWorld();
    const ring = world.isolate();
    const old = await world.sign(ring);
    world.now += 90_000;
    await ring.verify(old);
    const reads = world.reads;
    for (let i = 0; i < 20; i++) {
      expect(await ring.verify(world.withKid(old, `made-up-${i}`))).toBeNull();
    }
    expect(world.reads).toBe(reads);
  });

  it("is refused without a reading when the token would be, whatever its kid", async () => {
    const world = new KeyRingWorld();
    const ring = world.isolate();
    const sign = await ring.prepare();
    const other = await sign({ ...world.claims(), aud: "https://elsewhere" });
    const reads = world.reads;
    expect(await ring.verify(world.withKid(other, "made-up"))).toBeNull();
    expect(world.reads).toBe(reads);
  });

  it("is refused without a reading when it is that of a revoked key", async () => {
    const world = new KeyRingWorld();
    const [here, elsewhere] = [world.isolate(), world.isolate()];
    const token = await world.sign(here);
    await world.revoke(world.kidOf(token));
    expect(await elsewhere.verify(token)).toBeNull();
    const reads = world.reads;
    expect(await elsewhere.verify(token)).toBeNull();
    expect(world.reads).toBe(reads);
  });

  it("is found when it is that of the first key, and there was none a moment ago", async () => {
    const world = new KeyRingWorld();
    const [here, elsewhere] = [world.isolate(), world.isolate()];
    const stranger = tokenOf(ecSigner("made-up"), world.claims());
    expect(await elsewhere.verify(stranger)).toBeNull();
    const token = await world.sign(here);
    await expect(elsewhere.verify(token)).rejects.toBeInstanceOf(Unavailable);
    world.now += KEYS_RELOAD_INTERVAL;
    expect(await elsewhere.verify(token)).not.toBeNull();
  });

  it("KEY-04 is found when it is that of an heir, though the copy was read a moment ago", async () => {
    const world = new KeyRingWorld();
    const [here, elsewhere] = [world.isolate(), world.isolate()];
    const before = await world.sign(here);
    expect(await elsewhere.verify(before)).not.toBeNull();
    await world.revoke(world.kidOf(before));
    here.forget();
    expect(await elsewhere.verify(await world.sign(here))).not.toBeNull();
  });

  it("is found when it is that of a new key", async () => {
    const world = new KeyRingWorld();
    const [here, elsewhere] = [world.isolate(), world.isolate()];
    const before = await world.sign(here);
    expect(await elsewhere.verify(before)).not.toBeNull();
    world.now += KEYS_RELOAD_INTERVAL;
    await world.revoke(world.kidOf(before));
    here.forget();
    expect(await elsewhere.verify(await world.sign(here))).not.toBeNull();
  });

  it("is settled by the reading that another one caused only where it is found in it", async () => {
    const world = new KeyRingWorld();
    const [here, elsewhere] = [world.isolate(), world.isolate()];
    const before = await world.sign(here);
    await elsewhere.verify(before);
    world.now += KEYS_RELOAD_INTERVAL;
    await world.revoke(world.kidOf(before));
    here.forget();
    const token = await world.sign(here);
    const strangers = ["made-up", "made-up, too"].map((kid) => world.withKid(token, kid));
    const [first, second, own] = await Promise.allSettled(
      [...strangers, token].map((one) => elsewhere.verify(one)),
    );
    expect(first).toEqual({ status: "fulfilled", value: null });
    expect(second).toMatchObject({ status: "rejected", reason: { name: "Unavailable" } });
    expect(own).toMatchObject({ status: "fulfilled", value: expect.anything() });
  });

  it("is an outage, not a bad token, while D1 does not say whether there is such a key", async () => {
    const world = new KeyRingWorld();
    const [here, elsewhere] = [world.isolate(), world.isolate()];
    const before = await world.sign(here);
    await elsewhere.verify(before);
    const published = await here.jwks();
    world.now += KEYS_RELOAD_INTERVAL;
    await world.revoke(world.kidOf(before));
    here.forget();
    const token = await world.sign(here);
    await world.jwksCache.write(published); // as KV may still show it
    world.isDown = true;
    for (const ring of [elsewhere, elsewhere, world.isolate()]) {
      await expect(ring.verify(token)).rejects.toBeInstanceOf(Unavailable);
    }
    world.isDown = false;
    world.now += KEYS_RELOAD_INTERVAL;
    expect(await elsewhere.verify(token)).not.toBeNull();
  });

  it.each(["__proto__", "constructor", "../keys/1", "' or 1=1 --", ""])(
    "is only ever a name: %j",
    async (kid) => {
      const world = new KeyRingWorld();
      const ring = world.isolate();
      const token = await world.sign(ring);
      world.now += KEYS_RELOAD_INTERVAL;
      expect(await ring.verify(world.withKid(token, kid))).toBeNull();
    },
  );
});

describe("the published set", () => {
  it("KEY-05 holds public members, kid, alg and use", async () => {
    const { keys } = await new KeyRingWorld().isolate().jwks();
    expect(keys).toHaveLength(1);
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
      expect(key).toMatchObject({ alg: "ES256", use: "sig", kty: "EC" });
    }
  });

  it("comes from KV, so that it asks D1 nothing", async () => {
    const world = new KeyRingWorld();
    const ring = world.isolate();
    const published = await ring.jwks();
    world.isDown = true;
    expect(await world.isolate().jwks()).toEqual(published);
  });

  it("comes from D1 when KV does not answer", async () => {
    const world = new KeyRingWorld();
    const token = await world.sign(world.isolate());
    world.isCacheDown = true;
    const { keys } = await world.isolate().jwks();
    expect(keys.map(({ kid }) => kid)).toEqual([world.kidOf(token)]);
  });

  it("is an outage, not an empty set, when neither answers", async () => {
    const world = new KeyRingWorld();
    await world.sign(world.isolate());
    world.isDown = true;
    world.isCacheDown = true;
    await expect(world.isolate().jwks()).rejects.toBeInstanceOf(Unavailable);
  });
});
