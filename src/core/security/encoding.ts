import { Buffer } from "node:buffer";

const encoder = new TextEncoder();

export const utf8 = (text: string): Uint8Array => encoder.encode(text);

/** Base64url without padding (RFC 4648, section 5). */
export const toBase64Url = (bytes: Uint8Array): string => viewed(bytes).toString("base64url");

/** Standard base64 without padding, as PHC strings write it. */
export const toBase64 = (bytes: Uint8Array): string =>
  viewed(bytes).toString("base64").replace(/=+$/, "");

/**
 * The bytes, or null when the text is not their one spelling: two texts never mean the same
 * bytes, so a token cannot be respelled.
 */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | null {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? new Uint8Array(bytes) : null;
}

/** The inverse of `toBase64`, as strict as `fromBase64Url`. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  const bytes = new Uint8Array(Buffer.from(text, "base64"));
  return toBase64(bytes) === text ? bytes : null;
}

/** Standard base64 with its padding (RFC 4648, section 4), as strict as `fromBase64Url`. */
export function fromPaddedBase64(text: string): Uint8Array<ArrayBuffer> | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? new Uint8Array(bytes) : null;
}

/** The runtime's own codecs work on its own kind of array. */
function viewed({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
