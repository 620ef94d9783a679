import { createHash, type JsonWebKey, type webcrypto } from "node:crypto";

/*
 * Keys as WebCrypto shows them, over bytes. A pair signs and verifies by one MAC, whose key is the
 * public half: nobody in a history makes signatures but the service, so a scheme that anybody could
 * forge tells as much as Ed25519 does (another key, another text and another signature are
 * refused), in a fiftieth of the time.
 */

type Key = webcrypto.CryptoKey;
type Algorithm = string | { readonly name: string; readonly namedCurve?: string };

/** What stands behind a key: the bytes it works with, and the JWK it is exported as. */
type Material = { readonly bytes: Uint8Array; readonly jwk: JsonWebKey | null };

const materials = new WeakMap<Key, Material>();

export function materialOf(key: Key): Material {
  const material = materials.get(key);
  if (material === undefined) throw new Error("a key that was made elsewhere");
  return material;
}

export function importedKey(
  _format: "jwk" | "raw",
  data: JsonWebKey | Uint8Array,
  algorithm: Algorithm,
  isExtractable: boolean,
  usages: readonly webcrypto.KeyUsage[],
): Key {
  const material =
    data instanceof Uint8Array
      ? { bytes: new Uint8Array(data), jwk: null }
      : { bytes: Buffer.from(data.x ?? "", "base64url"), jwk: data };
  const isPrivate = material.jwk?.d !== undefined;
  const type = material.jwk === null ? "secret" : isPrivate ? "private" : "public";
  return made(type, material, algorithm, isExtractable, usages);
}

export function exportedKey(key: Key): JsonWebKey {
  const { jwk } = materialOf(key);
  if (jwk === null || !key.extractable) throw new Error("a key that is not for export");
  return jwk;
}

/** @param secret 32 random bytes, from which all the rest follows */
export function keyPair(
  algorithm: Algorithm,
  isExtractable: boolean,
  secret: Uint8Array,
): webcrypto.CryptoKeyPair {
  const half = (label: string) =>
    createHash("sha256").update(label).update(secret).digest("base64url");
  const d = Buffer.from(secret).toString("base64url");
  const jwk: JsonWebKey =
    nameOf(algorithm) === "ECDSA"
      ? { kty: "EC", crv: "P-256", x: half("x"), y: half("y") }
      : { kty: "OKP", crv: "Ed25519", x: half("x") };
  const bytes = Buffer.from(jwk.x ?? "", "base64url");
  const privateHalf = { bytes, jwk: { ...jwk, d } };
  return {
    privateKey: made("private", privateHalf, algorithm, isExtractable, ["sign"]),
    publicKey: made("public", { bytes, jwk }, algorithm, true, ["verify"]),
  };
}

const nameOf = (algorithm: Algorithm): string =>
  typeof algorithm === "string" ? algorithm : algorithm.name;

function made(
  type: webcrypto.KeyType,
  material: Material,
  algorithm: Algorithm,
  extractable: boolean,
  usages: readonly webcrypto.KeyUsage[],
): Key {
  const key = {
    type,
    algorithm: typeof algorithm === "string" ? { name: algorithm } : { ...algorithm },
    extractable,
    usages: [...usages],
    [Symbol.toStringTag]: "CryptoKey",
  };
  materials.set(key, material);
  return key;
}
