import { Buffer } from "node:buffer";
import { timingSafeEqual } from "node:crypto";
import { Impossible } from "../../use-cases/outside.ts";
import { fromBase64Url } from "./encoding.ts";
import { mac, type Secrets, type SubkeyLabel } from "./secrets.ts";

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
  const tag = tagOf(secrets, label, bytes);
  if (tag === null) throw new Impossible("secret_of_new_token_missing");
  bytes.set(tag, bytes.length - TAG_LENGTH);
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
  const tag = tagOf(secrets, label, bytes);
  if (tag === null || !timingSafeEqual(tag, bytes.subarray(-TAG_LENGTH))) return null;
  return Buffer.from(bytes.subarray(VERSION_LENGTH, -TAG_LENGTH));
}

/** The tag that the bytes must have, or null for an unknown version. */
function tagOf(secrets: Secrets, label: SubkeyLabel, bytes: Uint8Array): Uint8Array | null {
  const version = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  const key = secrets.subkey(version, label);
  return key === null ? null : mac(key, bytes.subarray(0, -TAG_LENGTH)).subarray(0, TAG_LENGTH);
}
