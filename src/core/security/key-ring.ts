import { importJWK } from "jose";
import {
  type FindKey,
  type VerificationKey,
  verifyAccessToken,
} from "../../client/access-token.ts";
import { SYSTEM } from "../../domain/access/actor.ts";
import {
  currentKey,
  publishedKeys,
  type SigningAlg,
  type SigningKeyPolicy,
  withdrawnKeys,
} from "../../domain/keys/signing-key.ts";
import { isYounger } from "../../domain/time.ts";
import type { Jwks, PublicJwk, StoredSigningKey } from "../../use-cases/keys/ports.ts";
import { jwksOf } from "../../use-cases/keys/published-set.ts";
import { Unavailable } from "../../use-cases/outside.ts";
import type { TokenSigner, TokenVerifier } from "../../use-cases/tokens/ports.ts";
import { KEYS_MAX_AGE, KEYS_SIGNING_MAX_AGE } from "../config/constants.ts";
import type { JwksCopy } from "../memory/jwks-copy.ts";
import { type KeyCopyDeps, keyCopy } from "../memory/key-copy.ts";
import { signAccessToken } from "./jwt.ts";

export type KeyRingDeps = KeyCopyDeps & {
  readonly jwksCopy: JwksCopy;
  readonly policy: SigningKeyPolicy;
  readonly issuer: string;
  readonly audience: string;
  /** The private half, or null when it cannot be read with the secrets at hand. */
  readonly unwrap: (key: StoredSigningKey) => Promise<CryptoKey | null>;
  /** Makes the first key, or the next after an emergency; withdraws what is configured no more. */
  readonly rotate: () => Promise<StoredSigningKey[]>;
};

export type KeyRing = TokenSigner &
  TokenVerifier & {
    jwks(): Promise<Jwks>;
    /** The next use reads the keys anew. */
    forget(): void;
    /** The next use goes by these, and by nothing that was known before. */
    keep(keys: StoredSigningKey[]): void;
  };

/** Signs and verifies with the isolate's copy of the keys, which D1 keeps the truth of. */
export function keyRing(deps: KeyRingDeps): KeyRing {
  const copy = keyCopy(deps);
  const imported = new Map<string, VerificationKey>();
  const unwrapped = new Map<string, CryptoKey>();

  /** With D1 out of reach and no copy at hand, the cached set at the edge still verifies. */
  const verifiable = async (): Promise<Jwks["keys"]> => {
    try {
      return jwksOf(await copy.read(KEYS_MAX_AGE), deps.clock(), deps.policy).keys;
    } catch (error) {
      const cached = error instanceof Unavailable ? await deps.jwksCopy.read() : null;
      if (cached === null) throw error;
      return cached.keys;
    }
  };

  /**
   * An unknown kid may be a key that signs since a moment ago: the first, or the heir of a revoked
   * one. Nothing is decided before D1 was asked, which made-up kids may cause once an interval.
   */
  const verificationKey: FindKey = async (kid, issuedAt) => {
    const known = find(await verifiable(), kid);
    if (known !== null) return importOnce(imported, known);
    if (!copy.mayLack(kid, issuedAt())) return null;
    const isNew = await copy.renewOnce();
    const found = find(await verifiable(), kid);
    if (found === null && !isNew) throw new Unavailable("signing keys");
    return found && importOnce(imported, found);
  };

  /**
   * A key that waited may have been revoked or withdrawn before its time came, so a copy from before
   * then does not vouch for it.
   */
  const knownForSigning = async (): Promise<StoredSigningKey[]> => {
    const known = await copy.read(KEYS_SIGNING_MAX_AGE);
    const now = deps.clock();
    const signsFrom = currentKey(known, now)?.signsFrom ?? Number.NEGATIVE_INFINITY;
    return copy.read(Math.min(KEYS_SIGNING_MAX_AGE, now - signsFrom + 1));
  };

  /** The key that signs. Without one a rotation makes the first, or the heir of a revoked one. */
  const currentOrNew = async (): Promise<StoredSigningKey | null> => {
    const known = await knownForSigning();
    withdraw(known);
    const current = currentKey(known, deps.clock());
    if (current !== null) return current;
    const keys = await rotated();
    copy.put(keys);
    return currentKey(keys, deps.clock());
  };

  let lastWithdrawal = Number.NEGATIVE_INFINITY;

  /**
   * Revokes waiting keys of an algorithm that is configured no more: their time to sign may come
   * before the cron does. Deferred, since another key signs meanwhile.
   */
  const withdraw = (keys: readonly StoredSigningKey[]): void => {
    const now = deps.clock();
    if (withdrawnKeys(keys, now, deps.policy).length === 0) return;
    if (isYounger(lastWithdrawal, now, KEYS_MAX_AGE)) return;
    lastWithdrawal = now;
    deps.defer(() => deps.rotate().then(copy.put));
  };

  /** A rotation that could not publish may have left a key that signs. */
  const rotated = async (): Promise<StoredSigningKey[]> => {
    try {
      return await deps.rotate();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      const keys = await deps.keys.list();
      if (currentKey(keys, deps.clock()) === null) throw error;
      return keys;
    }
  };

  /** The set at the edge, unless this isolate knows of a signer that was not published there. */
  const cachedSet = async (): Promise<Jwks | null> => {
    const cached = await deps.jwksCopy.read().catch(() => {
      deps.notify({ event: "jwks_not_read", actor: SYSTEM });
      return null;
    });
    if (cached === null || cached.keys.length === 0) return null;
    const signer = currentKey(copy.atHand(KEYS_MAX_AGE) ?? [], deps.clock());
    return signer === null || find(cached.keys, signer.kid) !== null ? cached : null;
  };

  const signingKey = async () => {
    const current = await currentOrNew();
    const key = current && (unwrapped.get(current.kid) ?? (await deps.unwrap(current)));
    // Wrapped under a root secret that is configured no more: bringing it back saves the key.
    if (current === null || key === null) throw new Unavailable("signing key");
    unwrapped.set(current.kid, key);
    return { kid: current.kid, alg: current.alg, key };
  };

  const forget = (): void => {
    copy.forget();
    deps.jwksCopy.forget();
    imported.clear();
    unwrapped.clear();
  };

  return {
    async prepare() {
      const signing = await signingKey();
      return (claims) => signAccessToken(claims, signing);
    },

    verify: (token, audience = deps.audience) =>
      verifyAccessToken(
        token,
        { issuer: deps.issuer, audience, now: deps.clock() },
        verificationKey,
      ),

    async jwks() {
      const cached = await cachedSet();
      if (cached !== null) return cached;
      const keys = await copy.read(KEYS_MAX_AGE);
      const isEmpty = publishedKeys(keys, deps.clock(), deps.policy).length === 0;
      return jwksOf(isEmpty ? await rotated() : keys, deps.clock(), deps.policy);
    },

    forget,

    keep(keys) {
      forget();
      copy.put(keys);
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
