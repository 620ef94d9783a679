import { describe, expect, it } from "vitest";
import { signingAlg } from "../../../src/core/security/jwk.ts";
import { keyRing } from "../../../src/core/security/key-ring.ts";
import { keyMaker, unwrapSigningKey } from "../../../src/core/security/key-wrapping.ts";
import type { Jwks, SigningKeys, StoredSigningKey } from "../../../src/use-cases/keys/ports.ts";
import { jwksOf } from "../../../src/use-cases/keys/published-set.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { keyStore } from "../../support/key-store.ts";
import { secretsOf, someSecret } from "../../support/model-secrets.ts";
import { KEY_POLICY, someKey } from "../../support/samples.ts";

const secrets = secretsOf(someSecret(1));

/** A key that signs, which can be unwrapped. */
async function signer(): Promise<StoredSigningKey> {
  const made = await keyMaker(secrets).create("ES256");
  return { ...made, alg: "ES256", sequence: 1, createdAt: 0, signsFrom: 0, revokedAt: null };
}

/** An isolate that has just started, and what it asks for. */
async function isolate(given: {
  readonly keys: readonly StoredSigningKey[];
  readonly edge?: Jwks;
  readonly rotate?: (keys: SigningKeys) => Promise<StoredSigningKey[]>;
}) {
  const { deps: stores } = keyStore();
  for (const key of given.keys) await stores.keys.create(key);
  const calls = { rotated: 0, unwrapped: 0, forgotten: 0 };
  const edge = given.edge ?? null;
  const ring = keyRing({
    ...stores,
    defer: (work) => void work().catch(() => undefined),
    jwksCopy: {
      read: async () => edge,
      forget: () => {
        calls.forgotten += 1;
      },
    },
    issuer: "https://auth.example.com",
    audience: "https://api.example.com",
    unwrap: (key) => {
      calls.unwrapped += 1;
      return unwrapSigningKey(secrets, key);
    },
    rotate: async () => {
      calls.rotated += 1;
      return given.rotate === undefined ? stores.keys.list() : given.rotate(stores.keys);
    },
  });
  return { ring, calls, now: stores.clock() };
}

describe("an isolate that signs", () => {
  it("rotates nothing while there is nothing to withdraw, and unwraps its key once", async () => {
    const { ring, calls } = await isolate({ keys: [await signer()] });
    for (let i = 0; i < 3; i++) await ring.prepare();
    expect(calls).toEqual({ rotated: 0, unwrapped: 1, forgotten: 0 });
  });

  it("KEY-04 keeps nothing of what it was told to forget", async () => {
    const { ring, calls } = await isolate({ keys: [await signer()] });
    await ring.prepare();
    ring.forget();
    await ring.prepare();
    expect(calls).toMatchObject({ unwrapped: 2, forgotten: 1 });
  });

  it("KEY-04 goes by the keys that it was told to keep, and by nothing from before", async () => {
    const key = await signer();
    const { ring, calls } = await isolate({ keys: [key] });
    await ring.prepare();
    ring.keep([key]);
    await ring.prepare();
    expect(calls).toMatchObject({ unwrapped: 2, forgotten: 1 });
  });

  it("hands on why no key could be made: an outage as it is, and a mistake above all", async () => {
    const outage = new Unavailable("kv");
    const away = await isolate({ keys: [], rotate: () => Promise.reject(outage) });
    await expect(away.ring.prepare()).rejects.toBe(outage);
    const mistake = new TypeError("a mistake");
    const next: StoredSigningKey = { ...(await signer()), signsFrom: null };
    const broken = await isolate({ keys: [next], rotate: () => Promise.reject(mistake) });
    await expect(broken.ring.prepare()).rejects.toBe(mistake);
  });

  it("hands on a mistake also where a key signs by then", async () => {
    const key = await signer();
    const mistake = new TypeError("a mistake");
    const { ring } = await isolate({
      keys: [],
      rotate: async (keys) => {
        await keys.create(key);
        throw mistake;
      },
    });
    await expect(ring.prepare()).rejects.toBe(mistake);
  });
});

describe("the set that is shown", () => {
  it("is that at the edge, as long as whoever signs here is in it", async () => {
    const key = await signer();
    const other = someKey({ sequence: 2 });
    const edge = jwksOf([key, other], Date.now(), KEY_POLICY);
    const { ring } = await isolate({ keys: [key], edge });
    await ring.prepare();
    expect((await ring.jwks()).keys.map(({ kid }) => kid)).toEqual([key.kid, other.kid]);
  });

  it("is D1's where the one at the edge is empty, whoever asks first", async () => {
    const key = await signer();
    const { ring, calls } = await isolate({ keys: [key], edge: { keys: [] } });
    expect((await ring.jwks()).keys.map(({ kid }) => kid)).toEqual([key.kid]);
    expect(calls.rotated).toBe(0);
  });

  it("is D1's where the one at the edge is empty, or lacks whoever signs here", async () => {
    const key = await signer();
    const without = jwksOf([someKey()], Date.now(), KEY_POLICY);
    for (const edge of [{ keys: [] }, without]) {
      const { ring, calls } = await isolate({ keys: [key], edge });
      await ring.prepare();
      expect((await ring.jwks()).keys.map(({ kid }) => kid)).toEqual([key.kid]);
      expect(calls.rotated).toBe(0);
    }
  });
});

it("keys of two algorithms are read from where they are stored, and of no other", () => {
  const isRead = (alg: string) => signingAlg.safeParse(alg).success;
  expect(["ES256", "EdDSA"].every(isRead)).toBe(true);
  expect(["", "none", "RS256", "HS256", "ES384"].some(isRead)).toBe(false);
});
