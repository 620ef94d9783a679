import { Buffer } from "node:buffer";
import { timingSafeEqual } from "node:crypto";
import { fromBase64Url } from "./encoding.ts";
import { mac, newestSubkey, type Secrets, type SubkeyLabel } from "./secrets.ts";

/*
 * What the service gives a client to bring back unchanged: a prefix and base64url of
 * secret version (2 bytes) | body | tag (16).
 * The tag is HMAC-SHA-256 over all before it, cut to 128 bits: what is forged is refused before any
 * storage is asked.
 */

const VERSION_LENGTH = 2;
const TAG_LENGTH = 16;

/** One kind of token, told apart by its prefix and by the label of its subkey. */
export type TokenKind = { readonly prefix: string; readonly label: SubkeyLabel };

/** @returns the token of a body, under the newest secret */
export function sealed(secrets: Secrets, { prefix, label }: TokenKind, body: Uint8Array): string {
  const bytes = Buffer.alloc(VERSION_LENGTH + body.length + TAG_LENGTH);
  bytes.writeUInt16BE(secrets.newest);
  bytes.set(body, VERSION_LENGTH);
  bytes.set(tagOf(newestSubkey(secrets, label), bytes), bytes.length - TAG_LENGTH);
  return prefix + bytes.toString("base64url");
}

/** @returns the body, or null for what was not sealed here, or under a secret that is gone */
export function opened(
  secrets: Secrets,
  { prefix, label }: TokenKind,
  text: string,
): Buffer | null {
  const bytes = text.startsWith(prefix) ? fromBase64Url(text.slice(prefix.length)) : null;
  if (bytes === null || bytes.length < VERSION_LENGTH + TAG_LENGTH) return null;
  const key = secrets.subkey(((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0), label);
  if (key === null || !timingSafeEqual(tagOf(key, bytes), bytes.subarray(-TAG_LENGTH))) return null;
  return Buffer.from(bytes.subarray(VERSION_LENGTH, -TAG_LENGTH));
}

/** The tag that the bytes must have, which is their own end. */
const tagOf = (key: Uint8Array, bytes: Uint8Array): Uint8Array =>
  mac(key, bytes.subarray(0, -TAG_LENGTH)).subarray(0, TAG_LENGTH);
