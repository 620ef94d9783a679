const encoder = new TextEncoder();

export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(encoder.encode(text));

/** Base64url without padding (RFC 4648, section 5). */
export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_");
}

/** Standard base64 without padding, as PHC strings write it. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
}

/**
 * The bytes, or null when the text is not their one spelling: two texts never mean the same
 * bytes, so a token cannot be respelled.
 */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | null {
  return /^[A-Za-z0-9_-]*$/.test(text)
    ? decode(text, text.replaceAll("-", "+").replaceAll("_", "/"), toBase64Url)
    : null;
}

/** The inverse of `toBase64`, as strict as `fromBase64Url`. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  return /^[A-Za-z0-9+/]*$/.test(text) ? decode(text, text, toBase64) : null;
}

function decode(
  text: string,
  standard: string,
  encode: (bytes: Uint8Array) => string,
): Uint8Array<ArrayBuffer> | null {
  if (text.length % 4 === 1) return null;
  const bytes = Uint8Array.from(atob(standard), (char) => char.charCodeAt(0));
  return encode(bytes) === text ? bytes : null;
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
