import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from "jose";
import * as z from "zod";
import type { KeyMaker, PublicJwk, StoredSigningKey } from "../../use-cases/keys/ports.ts";
import { utf8 } from "./encoding.ts";
import { publicJwk } from "./jwk.ts";
import type { Secrets } from "./secrets.ts";
import { unwrap, versionOf, wrap } from "./wrapping.ts";

const LABEL = "signing-key-wrap";

const privateJwk = publicJwk.extend({ d: z.string() });

/** Makes signing keys and keeps their private halves wrapped (ASVS 13.3.1). */
export function keyMaker(secrets: Secrets): KeyMaker {
  return {
    async create(alg) {
      const { privateKey } = await generateKeyPair(alg, { extractable: true });
      const jwk = privateJwk.parse(await exportJWK(privateKey));
      const kid = await calculateJwkThumbprint(jwk, "sha256"); // RFC 7638
      const wrappedPrivate = await wrap(secrets, LABEL, kid, utf8(JSON.stringify(jwk)));
      return { kid, publicJwk: publicHalf(jwk), wrappedPrivate };
    },

    async rewrap(key) {
      if (versionOf(key.wrappedPrivate) === secrets.newest) return { kind: "current" };
      const plain = await unwrap(secrets, LABEL, key.kid, key.wrappedPrivate);
      if (plain === null) return { kind: "unreadable" };
      return { kind: "rewrapped", wrapped: await wrap(secrets, LABEL, key.kid, plain) };
    },
  };
}

/** The private half, not extractable, or null when it cannot be read with these secrets. */
export async function unwrapSigningKey(
  secrets: Secrets,
  key: StoredSigningKey,
): Promise<CryptoKey | null> {
  const plain = await unwrap(secrets, LABEL, key.kid, key.wrappedPrivate);
  if (plain === null) return null;
  const jwk = privateJwk.parse(JSON.parse(new TextDecoder().decode(plain)));
  return importJWK(jwk, key.alg, { extractable: false });
}

function publicHalf({ kty, crv, x, y }: z.output<typeof privateJwk>): PublicJwk {
  return y === undefined ? { kty, crv, x } : { kty, crv, x, y };
}
