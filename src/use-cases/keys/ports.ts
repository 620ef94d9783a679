import type { Actor } from "../../domain/access/actor.ts";
import type { SigningAlg, SigningKey } from "../../domain/keys/signing-key.ts";

export type PublicJwk = {
  readonly kty: "EC" | "OKP";
  readonly crv: string;
  readonly x: string;
  readonly y?: string;
};

/** @property wrappedPrivate names the secret version it is wrapped under */
export type StoredSigningKey = SigningKey & {
  readonly publicJwk: PublicJwk;
  readonly wrappedPrivate: string;
};

/** Who changes a key is told of: the service itself unless said. */
export interface SigningKeys {
  /** In the order of the chain. A key that cannot be read counts as revoked, with a notice. */
  list(): Promise<StoredSigningKey[]>;
  /** @returns false when another key has that place in the chain */
  create(key: StoredSigningKey, actor?: Actor): Promise<boolean>;
  /** Sets when the key signs, or brings it forward; never back. */
  schedule(kid: string, signsFrom: number, actor?: Actor): Promise<void>;
  revoke(kid: string, now: number, actor?: Actor): Promise<boolean>;
  /**
   * Revokes a key that does not sign yet.
   *
   * @returns false when it signs already, or was revoked before
   */
  withdraw(kid: string, now: number, actor?: Actor): Promise<boolean>;
  remove(kid: string, actor?: Actor): Promise<void>;
  /** Replaces the wrapped half only while it is the one given. */
  rewrap(kid: string, old: string, fresh: string, actor?: Actor): Promise<void>;
}

export interface KeyMaker {
  create(alg: SigningAlg): Promise<Pick<StoredSigningKey, "kid" | "publicJwk" | "wrappedPrivate">>;
  /** The same key wrapped under the newest secret, unless it already is. */
  rewrap(
    key: StoredSigningKey,
  ): Promise<{ kind: "rewrapped"; wrapped: string } | { kind: "current" | "unreadable" }>;
}

export type Jwks = {
  readonly keys: readonly (PublicJwk & { kid: string; alg: SigningAlg; use: "sig" })[];
};

/** The published key set, cached at the edge; D1 is the truth behind it. */
export interface JwksCache {
  read(): Promise<Jwks | null>;
  write(jwks: Jwks): Promise<void>;
}
