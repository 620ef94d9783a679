import { createCipheriv, createDecipheriv, hash, type webcrypto } from "node:crypto";
import { exportedKey, importedKey, keyPair, materialOf } from "./simulated-keys.ts";

type Key = webcrypto.CryptoKey;
type Gcm = { readonly iv: Uint8Array; readonly additionalData?: Uint8Array };

const TAG_LENGTH = 16;

/**
 * WebCrypto without its threads: done before the call returns, so that nothing completes in an order
 * that nobody decided; and randomness that the seed decides. It knows what src/core/security and
 * jose ask for. Ciphers and digests are real. Signatures are MACs (outside/simulated-keys.ts).
 */
export function simulatedCrypto(below: (limit: number) => number) {
  const getRandomValues = <T extends Uint8Array>(bytes: T): T => {
    let drawn = 0;
    for (let at = 0; at < bytes.length; at++) {
      drawn = at % 4 === 0 ? below(2 ** 32) : drawn >>> 8;
      bytes[at] = drawn;
    }
    return bytes;
  };
  const draw = (length: number) => getRandomValues(new Uint8Array(length));
  return {
    getRandomValues,
    randomUUID: () => Buffer.from(draw(16)).toString("hex"),
    subtle: {
      ...ciphers,
      ...signatures,
      importKey: async (...args: Parameters<typeof importedKey>) => importedKey(...args),
      exportKey: async (_format: "jwk", key: Key) => exportedKey(key),
      generateKey: async (algorithm: webcrypto.EcKeyAlgorithm, isExtractable: boolean) =>
        keyPair(algorithm, isExtractable, draw(32)),
    },
  };
}

const owned = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

const ciphers = {
  async encrypt({ iv, additionalData }: Gcm, key: Key, data: Uint8Array): Promise<ArrayBuffer> {
    const cipher = createCipheriv("aes-256-gcm", materialOf(key).bytes, iv);
    if (additionalData !== undefined) cipher.setAAD(additionalData);
    const sealed = [cipher.update(data), cipher.final(), cipher.getAuthTag()];
    return owned(Buffer.concat(sealed));
  },

  async decrypt({ iv, additionalData }: Gcm, key: Key, data: Uint8Array): Promise<ArrayBuffer> {
    const decipher = createDecipheriv("aes-256-gcm", materialOf(key).bytes, iv);
    if (additionalData !== undefined) decipher.setAAD(additionalData);
    decipher.setAuthTag(data.subarray(-TAG_LENGTH));
    return owned(Buffer.concat([decipher.update(data.subarray(0, -TAG_LENGTH)), decipher.final()]));
  },
};

/** As long as those of ES256 and EdDSA: 64 bytes. */
const signed = (key: Key, data: Uint8Array): Buffer =>
  hash("sha512", Buffer.concat([materialOf(key).bytes, data]), "buffer");

const signatures = {
  async digest(algorithm: string | { readonly name: string }, data: Uint8Array) {
    const name = typeof algorithm === "string" ? algorithm : algorithm.name;
    return owned(hash(name.replace("-", "").toLowerCase(), data, "buffer"));
  },

  sign: async (_: unknown, key: Key, data: Uint8Array): Promise<ArrayBuffer> =>
    owned(signed(key, data)),

  verify: async (_: unknown, key: Key, signature: Uint8Array, data: Uint8Array): Promise<boolean> =>
    signed(key, data).equals(signature),
};
