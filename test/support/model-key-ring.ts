import { decodeProtectedHeader } from "jose";
import { jwksCopy } from "../../src/core/memory/jwks-copy.ts";
import { type KeyRing, keyRing } from "../../src/core/security/key-ring.ts";
import { keyMaker, unwrapSigningKey } from "../../src/core/security/key-wrapping.ts";
import { SYSTEM } from "../../src/domain/access/actor.ts";
import type { SigningAlg } from "../../src/domain/keys/signing-key.ts";
import type { AccessTokenClaims } from "../../src/domain/tokens/access-token.ts";
import { carryOutRotation } from "../../src/use-cases/keys/carry-out-rotation.ts";
import type { JwksCache, SigningKeys, StoredSigningKey } from "../../src/use-cases/keys/ports.ts";
import { revokeSigningKey } from "../../src/use-cases/keys/revoke-signing-key.ts";
import { rotateSigningKeys } from "../../src/use-cases/keys/rotate-signing-keys.ts";
import { Unavailable } from "../../src/use-cases/outside.ts";
import { memoryJwksCache } from "./fakes/jwks-cache.ts";
import { memorySigningKeys } from "./fakes/signing-keys.ts";
import { secretsOf, someSecret } from "./model-secrets.ts";
import { CLAIMS, EXPECTED, type Json, NOW, part } from "./model-tokens.ts";
import { KEY_POLICY } from "./samples.ts";

/** Isolates that share a D1 and a KV, both of which can be out of reach, and a clock. */
export class KeyRingWorld {
  now = NOW * 1_000;
  isDown = false;
  isCacheDown = false;
  isCacheReadOnly = false;
  /** D1 can be read, and refuses to withdraw. */
  isWriteDown = false;
  /** How often a withdrawal was tried. */
  withdrawals = 0;
  /** What isolates that start from now on are configured to sign with. */
  alg: SigningAlg = "ES256";
  /** How often D1 was asked for the keys. */
  reads = 0;
  readonly notices: string[] = [];
  readonly keys: SigningKeys;
  readonly jwksCache: JwksCache;
  readonly #secrets = secretsOf(someSecret(1));
  #deferred: Promise<unknown>[] = [];

  constructor() {
    const keys = memorySigningKeys();
    const cache = memoryJwksCache();
    this.keys = {
      ...keys,
      list: async () => {
        this.reads += 1;
        if (this.isDown) throw new Unavailable("d1");
        return keys.list();
      },
      withdraw: async (kid, now) => {
        this.withdrawals += 1;
        if (this.isWriteDown) throw new Unavailable("d1");
        return keys.withdraw(kid, now);
      },
    };
    this.jwksCache = {
      ...cache,
      read: async () => {
        if (this.isCacheDown) throw new Unavailable("kv");
        return cache.read();
      },
      write: async (jwks) => {
        if (this.isCacheDown || this.isCacheReadOnly) throw new Unavailable("kv");
        await cache.write(jwks);
      },
    };
  }

  isolate(
    unwrap: (key: StoredSigningKey) => Promise<CryptoKey | null> = (key) =>
      unwrapSigningKey(this.#secrets, key),
  ): KeyRing {
    const rotation = this.#rotation();
    return keyRing({
      ...rotation,
      jwksCopy: jwksCopy(rotation.jwksCache, rotation.clock),
      defer: (work) => this.#deferred.push(work().catch(() => undefined)),
      issuer: EXPECTED.issuer,
      audience: EXPECTED.audience,
      unwrap,
      rotate: () => carryOutRotation(rotation, SYSTEM),
    });
  }

  claims(): AccessTokenClaims {
    const iat = Math.floor(this.now / 1_000);
    return { ...CLAIMS, iat, exp: iat + 600 };
  }

  async sign(ring: KeyRing): Promise<string> {
    const sign = await ring.prepare();
    return sign(this.claims());
  }

  rotate(): Promise<unknown> {
    return rotateSigningKeys(this.#rotation(), SYSTEM, true);
  }

  /** @param here the isolate that does it */
  revoke(kid: string, here?: KeyRing): Promise<unknown> {
    const known = here && { forgetKeys: here.forget, keepKeys: here.keep };
    return revokeSigningKey({ ...this.#rotation(), ...known }, SYSTEM, kid);
  }

  /** Waits for the work that was put off. */
  async settleDeferred(): Promise<void> {
    await Promise.all(this.#deferred);
    this.#deferred = [];
  }

  kidOf(token: string): string {
    return String(decodeProtectedHeader(token).kid);
  }

  withKid(token: string, kid: string): string {
    const header: Json = { ...decodeProtectedHeader(token), kid };
    return [part(header), ...token.split(".").slice(1)].join(".");
  }

  #rotation() {
    return {
      keys: this.keys,
      keyMaker: keyMaker(this.#secrets),
      jwksCache: this.jwksCache,
      clock: () => this.now,
      policy: { ...KEY_POLICY, alg: this.alg },
      notify: ({ event }: { readonly event: string }) => {
        this.notices.push(event);
      },
      forgetKeys: () => undefined,
      keepKeys: () => undefined,
    };
  }
}
