import { createHmac } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP = 30_000;

/** RFC 6238 with its usual values, written down from the RFC. */
export function totpAt(key: Uint8Array, now: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / STEP)));
  const hash = createHmac("sha1", key).update(counter).digest();
  const at = (hash[19] ?? 0) & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

export function fromBase32(text: string): Uint8Array {
  const bits = [...text].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0"));
  const bytes = bits.join("").match(/.{8}/g) ?? [];
  return Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 2));
}

/** What an authenticator shows for a secret, some steps from now. */
export const codeOf = (secret: string, steps = 0, now = Date.now()): string =>
  totpAt(fromBase32(secret), now + steps * STEP);

/** Six digits that it shows at none of the steps that count. */
export function wrongCode(secret: string, now = Date.now()): string {
  const right = [-2, -1, 0, 1, 2].map((steps) => codeOf(secret, steps, now));
  return ["000000", "111111", "222222", "333333", "444444", "555555"].find(
    (code) => !right.includes(code),
  ) as string;
}
