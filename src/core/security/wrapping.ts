import { concat, fromBase64Url, toBase64Url, utf8 } from "./encoding.ts";
import { newestSubkey, type Secrets, type SubkeyLabel } from "./secrets.ts";

/*
 * A wrapped secret: `v<root secret's version>.` and base64url of nonce (12 bytes) | ciphertext.
 * AES-256-GCM with what it belongs to as additional data, so that none can stand in for another.
 */

const NONCE_LENGTH = 12;
const WRAPPED = /^v([1-9][0-9]{0,4})\.([A-Za-z0-9_-]+)$/;

/** @param owner what it belongs to */
export async function wrap(
  secrets: Secrets,
  label: SubkeyLabel,
  owner: string,
  plain: Uint8Array,
): Promise<string> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_LENGTH));
  const key = await wrappingKey(newestSubkey(secrets, label));
  const sealed = await crypto.subtle.encrypt(gcm(nonce, owner), key, plain);
  return `v${secrets.newest}.${toBase64Url(concat(nonce, new Uint8Array(sealed)))}`;
}

/** @returns null for another secret under the same version, another owner, or damage */
export async function unwrap(
  secrets: Secrets,
  label: SubkeyLabel,
  owner: string,
  wrapped: string,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const subkey = secrets.subkey(versionOf(wrapped), label);
  const bytes = fromBase64Url(WRAPPED.exec(wrapped)?.[2] ?? "");
  if (subkey === null || bytes === null) return null;
  const parameters = gcm(bytes.slice(0, NONCE_LENGTH), owner);
  const key = await wrappingKey(subkey);
  try {
    const sealed = bytes.slice(NONCE_LENGTH);
    return new Uint8Array(await crypto.subtle.decrypt(parameters, key, sealed));
  } catch {
    return null;
  }
}

/** NaN, which is no version, for what is not wrapped. */
export const versionOf = (wrapped: string): number => Number(WRAPPED.exec(wrapped)?.[1]);

const gcm = (iv: Uint8Array<ArrayBuffer>, owner: string) => ({
  name: "AES-GCM",
  iv,
  additionalData: utf8(owner),
});

const wrappingKey = (subkey: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", subkey, "AES-GCM", false, ["encrypt", "decrypt"]);
