import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type JsonWebKey,
  type KeyObject,
  sign,
  verify,
  type webcrypto,
} from "node:crypto";
import type { Random } from "../random.ts";

type Key = webcrypto.CryptoKey;
type Algorithm = string | { readonly name: string; readonly namedCurve?: string };
type Usages = readonly webcrypto.KeyUsage[];
type Gcm = { readonly iv: Uint8Array; readonly additionalData?: Uint8Array };
type Draw = (length: number) => Uint8Array;

const TAG_LENGTH = 16;

/** PKCS #8 of an Ed25519 key, before its 32 bytes (RFC 8410). */
const ED25519 = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * WebCrypto without its threads: real cryptography, done before the call returns, so that nothing
 * completes in an order that nobody decided; and randomness that the seed decides. It knows what
 * src/core/security and jose ask for.
 */
export function simulatedCrypto(random: Random) {
  const getRandomValues = <T extends Uint8Array>(bytes: T): T => {
    for (let at = 0; at < bytes.length; at++) bytes[at] = random.below(256);
    return bytes;
  };
  const draw: Draw = (length) => getRandomValues(new Uint8Array(length));
  return {
    getRandomValues,
    randomUUID: () => Buffer.from(draw(16)).toString("hex"),
    subtle: { ...ciphers, ...signatures, ...keys(draw) },
  };
}

/** What stands behind each key: one that is not extractable does not tell otherwise. */
const objects = new WeakMap<Key, KeyObject>();

function held(
  object: KeyObject,
  algorithm: Algorithm,
  isExtractable: boolean,
  usages: Usages,
): Key {
  const key = object.toCryptoKey(algorithm, isExtractable, usages);
  objects.set(key, object);
  return key;
}

function objectOf(key: Key): KeyObject {
  const object = objects.get(key);
  if (object === undefined) throw new Error("a key that was made elsewhere");
  return object;
}

const nameOf = (algorithm: Algorithm): string =>
  typeof algorithm === "string" ? algorithm : algorithm.name;

const owned = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

const ciphers = {
  async encrypt({ iv, additionalData }: Gcm, key: Key, data: Uint8Array): Promise<ArrayBuffer> {
    const cipher = createCipheriv("aes-256-gcm", objectOf(key), iv);
    if (additionalData !== undefined) cipher.setAAD(additionalData);
    const sealed = [cipher.update(data), cipher.final(), cipher.getAuthTag()];
    return owned(Buffer.concat(sealed));
  },

  async decrypt({ iv, additionalData }: Gcm, key: Key, data: Uint8Array): Promise<ArrayBuffer> {
    const decipher = createDecipheriv("aes-256-gcm", objectOf(key), iv);
    if (additionalData !== undefined) decipher.setAAD(additionalData);
    decipher.setAuthTag(data.subarray(-TAG_LENGTH));
    return owned(Buffer.concat([decipher.update(data.subarray(0, -TAG_LENGTH)), decipher.final()]));
  },
};

/** As JWS has them (RFC 7518, section 3.4; RFC 8037). */
const signatures = {
  async digest(algorithm: Algorithm, data: Uint8Array): Promise<ArrayBuffer> {
    const hash = createHash(nameOf(algorithm).replace("-", "").toLowerCase());
    return owned(hash.update(data).digest());
  },

  async sign(algorithm: Algorithm, key: Key, data: Uint8Array): Promise<ArrayBuffer> {
    const { hash, ...form } = formOf(algorithm);
    return owned(sign(hash, data, { key: objectOf(key), ...form }));
  },

  async verify(
    algorithm: Algorithm,
    key: Key,
    signature: Uint8Array,
    data: Uint8Array,
  ): Promise<boolean> {
    const { hash, ...form } = formOf(algorithm);
    return verify(hash, data, { key: objectOf(key), ...form }, signature);
  },
};

const formOf = (algorithm: Algorithm) =>
  nameOf(algorithm) === "ECDSA"
    ? ({ hash: "sha256", dsaEncoding: "ieee-p1363" } as const)
    : ({ hash: null } as const);

const keys = (draw: Draw) => ({
  async importKey(
    _format: "jwk" | "raw",
    data: JsonWebKey | Uint8Array,
    algorithm: Algorithm,
    isExtractable: boolean,
    usages: Usages,
  ): Promise<Key> {
    const key = data instanceof Uint8Array ? createSecretKey(data) : keyOfJwk(data);
    return held(key, algorithm, isExtractable, usages);
  },

  exportKey: async (_format: "jwk", key: Key) => objectOf(key).export({ format: "jwk" }),

  async generateKey(
    algorithm: Algorithm,
    isExtractable: boolean,
  ): Promise<webcrypto.CryptoKeyPair> {
    const key = nameOf(algorithm) === "ECDSA" ? someP256(draw) : someEd25519(draw);
    return {
      privateKey: held(key, algorithm, isExtractable, ["sign"]),
      publicKey: held(createPublicKey(key), algorithm, true, ["verify"]),
    };
  },
});

const keyOfJwk = (key: JsonWebKey): KeyObject =>
  key["d"] === undefined
    ? createPublicKey({ format: "jwk", key })
    : createPrivateKey({ format: "jwk", key });

function someP256(draw: Draw): KeyObject {
  const pair = createECDH("prime256v1");
  pair.setPrivateKey(draw(32));
  const [d, point] = [pair.getPrivateKey(), pair.getPublicKey()];
  const spelt = (bytes: Buffer) => bytes.toString("base64url");
  const [x, y] = [spelt(point.subarray(1, 33)), spelt(point.subarray(33))];
  const key = { kty: "EC", crv: "P-256", x, y, d: spelt(d) };
  return createPrivateKey({ format: "jwk", key });
}

const someEd25519 = (draw: Draw): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([ED25519, draw(32)]),
    format: "der",
    type: "pkcs8",
  });
