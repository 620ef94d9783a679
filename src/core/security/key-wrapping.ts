import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from "jose";
import * as z from "zod";
import type { KeyMaker, PublicJwk, StoredSigningKey } from "../../use-cases/keys/ports.ts";
import { concat, fromBase64Url, toBase64Url, utf8 } from "./encoding.ts";
import { publicJwk } from "./jwk.ts";
import { newestSubkey, type Secrets } from "./secrets.ts";

/*
 * A wrapped private key: `v<secret version>.` and base64url of nonce (12 bytes) | ciphertext.
 * AES-256-GCM with the kid as additional data, so that no key can stand in for another.
 */

const NONCE_LENGTH = 12;
const WRAPPED = /^v([1-9][0-9]{0,4})\.([A-Za-z0-9_-]+)$/;

const privateJwk = publicJwk.extend({ d: z.string() });

/** Makes signing keys and keeps their private halves wrapped (ASVS 13.3.1). */
export function keyMaker(secrets: Secrets): KeyMaker {
  return {
    async create(alg) {
      const { privateKey } = await generateKeyPair(alg, { extractable: true });
      const jwk = privateJwk.parse(await exportJWK(privateKey));
      const kid = await calculateJwkThumbprint(jwk, "sha256"); // RFC 7638
      const wrappedPrivate = await wrap(secrets, kid, utf8(JSON.stringify(jwk)));
      return { kid, publicJwk: publicHalf(jwk), wrappedPrivate };
    },

    async rewrap(key) {
      if (versionOf(key.wrappedPrivate) === secrets.newest) return { kind: "current" };
      const plain = await unwrap(secrets, key.kid, key.wrappedPrivate);
      if (plain === null) return { kind: "unreadable" };
      return { kind: "rewrapped", wrapped: await wrap(secrets, key.kid, plain) };
    },
  };
}

/** The private half, not extractable, or null when it cannot be read with these secrets. */
export async function unwrapSigningKey(
  secrets: Secrets,
  key: StoredSigningKey,
): Promise<CryptoKey | null> {
  const plain = await unwrap(secrets, key.kid, key.wrappedPrivate);
  if (plain === null) return null;
  const jwk = privateJwk.parse(JSON.parse(new TextDecoder().decode(plain)));
  return importJWK(jwk, key.alg, { extractable: false });
}

function publicHalf({ kty, crv, x, y }: z.output<typeof privateJwk>): PublicJwk {
  return y === undefined ? { kty, crv, x } : { kty, crv, x, y };
}

async function wrap(secrets: Secrets, kid: string, plain: Uint8Array): Promise<string> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_LENGTH));
  const key = await wrappingKey(newestSubkey(secrets, "signing-key-wrap"));
  const sealed = await crypto.subtle.encrypt(gcm(nonce, kid), key, plain);
  return `v${secrets.newest}.${toBase64Url(concat(nonce, new Uint8Array(sealed)))}`;
}

async function unwrap(
  secrets: Secrets,
  kid: string,
  wrapped: string,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const subkey = secrets.subkey(versionOf(wrapped), "signing-key-wrap");
  const bytes = fromBase64Url(WRAPPED.exec(wrapped)?.[2] ?? "");
  if (subkey === null || bytes === null) return null;
  const parameters = gcm(bytes.slice(0, NONCE_LENGTH), kid);
  const key = await wrappingKey(subkey);
  try {
    const sealed = bytes.slice(NONCE_LENGTH);
    return new Uint8Array(await crypto.subtle.decrypt(parameters, key, sealed));
  } catch {
    return null; // another secret under the same version, another kid, or damage
  }
}

/** NaN, which is no version, for what is not wrapped. */
const versionOf = (wrapped: string): number => Number(WRAPPED.exec(wrapped)?.[1]);

const gcm = (iv: Uint8Array<ArrayBuffer>, kid: string) => ({
  name: "AES-GCM",
  iv,
  additionalData: utf8(kid),
});

function wrappingKey(subkey: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", subkey, "AES-GCM", false, ["encrypt", "decrypt"]);
}
