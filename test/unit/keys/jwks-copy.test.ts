import { describe, expect, it } from "vitest";
import { JWKS_COPY_AGE, jwksCopy } from "../../../src/core/memory/jwks-copy.ts";
import type { Jwks } from "../../../src/use-cases/keys/ports.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { memoryJwksCache } from "../../support/fakes/jwks-cache.ts";

const EMPTY: Jwks = { keys: [] };

function copyOf() {
  const cache = memoryJwksCache();
  const state = { now: 1_000_000, reads: 0, isDown: false };
  const read = async () => {
    state.reads += 1;
    if (state.isDown) throw new Unavailable("kv");
    return cache.read();
  };
  return { cache, state, copy: jwksCopy({ ...cache, read }, () => state.now) };
}

describe("the isolate's copy of the published keys", () => {
  it("is shown for ten seconds, and not a moment longer", async () => {
    const { cache, copy, state } = copyOf();
    await cache.write(EMPTY);
    const first = await copy.read();
    state.now += JWKS_COPY_AGE - 1;
    expect(await copy.read()).toBe(first);
    expect(state.reads).toBe(1);
    state.now += 1;
    await copy.read();
    expect(state.reads).toBe(2);
  });

  it("is not made of nothing, nor of an outage", async () => {
    const { cache, copy, state } = copyOf();
    expect(await copy.read()).toBeNull();
    state.isDown = true;
    await expect(copy.read()).rejects.toBeInstanceOf(Unavailable);
    state.isDown = false;
    await cache.write(EMPTY);
    expect(await copy.read()).toEqual(EMPTY);
  });

  it("stands in for the cache while it is young", async () => {
    const { cache, copy, state } = copyOf();
    await cache.write(EMPTY);
    await copy.read();
    state.isDown = true;
    expect(await copy.read()).toEqual(EMPTY);
    state.now += JWKS_COPY_AGE;
    await expect(copy.read()).rejects.toBeInstanceOf(Unavailable);
  });

  it("CFW-15 is not believed after the clock jumped back", async () => {
    const { cache, copy, state } = copyOf();
    await cache.write(EMPTY);
    await copy.read();
    state.now -= 1;
    await copy.read();
    expect(state.reads).toBe(2);
  });

  it("KEY-04 is forgotten when told, with what is being read at that moment", async () => {
    const before = Promise.withResolvers<Jwks | null>();
    const answers = [before.promise, Promise.resolve(EMPTY)];
    const copy = jwksCopy(
      { read: async () => (await answers.shift()) ?? null, write: async () => {} },
      () => 0,
    );
    const old = copy.read();
    copy.forget();
    before.resolve({ keys: [] });
    await old;
    expect(await copy.read()).toBe(EMPTY);
  });
});
