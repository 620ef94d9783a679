import { importJWK } from "jose";
import {
  currentKey,
  publishedKeys,
  type SigningAlg,
  type SigningKeyPolicy,
} from "../../domain/signing-key.ts";
import {
  type AccessTokenClaims,
  type Clock,
  type Defer,
  type Jwks,
  type JwksCache,
  type Notify,
  type PublicJwk,
  type SigningKeys,
  type StoredSigningKey,
  type TokenSigner,
  type TokenVerifier,
  Unavailable,
} from "../../use-cases/ports.ts";
import { jwksOf } from "../../use-cases/rotate-signing-keys.ts";
import { KEYS_MAX_AGE, KEYS_RELOAD_INTERVAL } from "../constants.ts";
import { signAccessToken, type VerificationKey, verifyAccessToken } from "./jwt.ts";

export type KeyRingDeps = {
  readonly keys: SigningKeys;
  readonly jwksCache: JwksCache;
  readonly clock: Clock;
  readonly defer: Defer;
  readonly policy: SigningKeyPolicy;
  readonly issuer: string;
  readonly audience: string;
  readonly unwrap: (key: StoredSigningKey) => Promise<CryptoKey | null>;
  /** Makes the first key, or the next after an emergency. */
  readonly rotate: () => Promise<StoredSigningKey[]>;
  readonly notify: Notify;
};

export type KeyRing = TokenSigner &
  TokenVerifier & {
    jwks(): Promise<Jwks>;
    /** The next use reads the keys anew. */
    forget(): void;
  };

type Copy = { readonly keys: StoredSigningKey[]; readonly readAt: number };

/**
 * The isolate's copy of the signing keys. It is renewed behind the requests' backs while it is
 * in date, and outlives an outage of D1: yesterday's keys beat none.
 */
export function keyRing(deps: KeyRingDeps): KeyRing {
  let copy: Copy | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;
  const imported = new Map<string, VerificationKey>();
  const unwrapped = new Map<string, CryptoKey>();

  const reload = async (): Promise<StoredSigningKey[]> => {
    askedAt = deps.clock();
    copy = { keys: await deps.keys.list(), readAt: askedAt };
    return copy.keys;
  };

  const age = (): number => (copy === null ? Number.POSITIVE_INFINITY : deps.clock() - copy.readAt);

  const stored = async (): Promise<StoredSigningKey[]> => {
    if (copy !== null && age() < KEYS_MAX_AGE) {
      if (age() > KEYS_MAX_AGE / 2 && mayReload()) deps.defer(reload());
      return copy.keys;
    }
    try {
      return await reload();
    } catch (error) {
      if (copy === null || !(error instanceof Unavailable)) throw error;
      deps.notify({ event: "signing_keys_stale" });
      return copy.keys;
    }
  };

  const mayReload = (): boolean => deps.clock() - askedAt >= KEYS_RELOAD_INTERVAL;

  const verificationKey = async (kid: string): Promise<VerificationKey | null> => {
    const known = find(await verifiable(), kid);
    if (known !== null || !mayReload()) return known && importOnce(imported, known);
    await reload().catch(() => undefined);
    const found = find(await verifiable(), kid);
    return found && importOnce(imported, found);
  };

  /** With D1 out of reach and nothing at hand, the cached set at the edge still verifies. */
  const verifiable = async (): Promise<Jwks["keys"]> => {
    try {
      return jwksOf(await stored(), deps.clock(), deps.policy).keys;
    } catch (error) {
      const cached = error instanceof Unavailable ? await deps.jwksCache.read() : null;
      if (cached === null) throw error;
      return cached.keys;
    }
  };

  const signingKey = async () => {
    let current = currentKey(await stored(), deps.clock());
    if (current === null) {
      copy = { keys: await deps.rotate(), readAt: deps.clock() };
      current = currentKey(copy.keys, deps.clock());
    }
    const key = current && (unwrapped.get(current.kid) ?? (await deps.unwrap(current)));
    // Wrapped under a root secret that is configured no more: another version brings it back.
    if (current === null || key === null) throw new Unavailable("signing key");
    unwrapped.set(current.kid, key);
    return { kid: current.kid, alg: current.alg, key };
  };

  return {
    async prepare() {
      const signing = await signingKey();
      return (claims: AccessTokenClaims) => signAccessToken(claims, signing);
    },

    verify: (token) =>
      verifyAccessToken(
        token,
        { issuer: deps.issuer, audience: deps.audience, now: deps.clock() },
        verificationKey,
      ),

    async jwks() {
      const cached = await deps.jwksCache.read().catch(() => null);
      if (cached !== null && cached.keys.length > 0) return cached;
      const keys = await stored();
      const known = publishedKeys(keys, deps.clock(), deps.policy).length > 0;
      return jwksOf(known ? keys : await deps.rotate(), deps.clock(), deps.policy);
    },

    forget() {
      copy = null;
      imported.clear();
      unwrapped.clear();
    },
  };
}

function find(keys: Jwks["keys"], kid: string): Jwks["keys"][number] | null {
  return keys.find((key) => key.kid === kid) ?? null;
}

async function importOnce(
  imported: Map<string, VerificationKey>,
  jwk: PublicJwk & { readonly kid: string; readonly alg: SigningAlg },
): Promise<VerificationKey> {
  const known = imported.get(jwk.kid);
  if (known !== undefined) return known;
  const key = await importJWK(jwk, jwk.alg);
  const fresh = { alg: jwk.alg, key };
  imported.set(jwk.kid, fresh);
  return fresh;
}
