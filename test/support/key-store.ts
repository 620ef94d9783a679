import { expect } from "vitest";
import { currentKey, type SigningKeyPolicy } from "../../src/domain/keys/signing-key.ts";
import type { Notice } from "../../src/use-cases/events/ports.ts";
import type { Jwks, JwksCache, KeyMaker, SigningKeys } from "../../src/use-cases/keys/ports.ts";
import { jwksOf } from "../../src/use-cases/keys/published-set.ts";
import type { ChangeKeysDeps } from "../../src/use-cases/keys/rotate-signing-keys.ts";
import { memoryJwksCache } from "./fakes/jwks-cache.ts";
import { memorySigningKeys } from "./fakes/signing-keys.ts";
import { KEY_POLICY, someKey } from "./samples.ts";

const keyMaker: KeyMaker = {
  async create() {
    const { kid, publicJwk, wrappedPrivate } = someKey();
    return { kid, publicJwk, wrappedPrivate };
  },
  async rewrap(key) {
    const wrapped = key.wrappedPrivate.replace("v1.", "v2.");
    return wrapped === key.wrappedPrivate ? { kind: "current" } : { kind: "rewrapped", wrapped };
  },
};

/** Keys and their cache in memory, which remember what was shown to verifiers and when. */
export function keyStore(policy: SigningKeyPolicy = KEY_POLICY) {
  const time = { now: Date.UTC(2026, 0, 1) };
  const clock = () => time.now;
  const keys = memorySigningKeys();
  const cache = memoryJwksCache();
  const notices: Notice[] = [];
  /** When each key was first published. */
  const published = new Map<string, number>();

  const watchedKeys: SigningKeys = {
    ...keys,
    async schedule(kid, signsFrom) {
      // What must never be, unless nobody could sign otherwise: from here on the key may sign.
      const isNeeded = (await current()) === null && signsFrom <= time.now;
      const isSound = published.has(kid) || isNeeded;
      expect(isSound, `${kid} was scheduled before it was published`).toBe(true);
      await keys.schedule(kid, signsFrom);
    },
  };
  const watchedCache: JwksCache = {
    read: cache.read,
    async write(jwks) {
      for (const { kid } of jwks.keys) published.set(kid, published.get(kid) ?? time.now);
      await cache.write(jwks);
    },
  };
  const deps: ChangeKeysDeps = {
    keys: watchedKeys,
    keyMaker,
    jwksCache: watchedCache,
    clock,
    policy,
    notify: (notice) => void notices.push(notice),
    forgetKeys: () => undefined,
    keepKeys: () => undefined,
  };

  const current = async () => currentKey(await keys.list(), time.now);
  /** What verifiers should be shown by now. */
  const due = async (): Promise<Jwks> => jwksOf(await keys.list(), time.now, policy);

  const advance = (ms: number) => {
    time.now += ms;
  };

  return { deps, keys, cache, published, notices, current, due, advance };
}

export type KeyStore = ReturnType<typeof keyStore>;
