import { pbkdf2 } from "@noble/hashes/pbkdf2.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { blockMix } from "./block-mix.ts";
import type { Cost } from "./stored-hash.ts";

/** Calls of `blockMix` without a pause, of the 196,608 that a hash makes: some 13 ms of CPU. */
const SLICE = 8_192;

/** Everybody else's turn. By a timer: the clock stands still during computation, a count does not. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** What section 5 of RFC 7914 works on: V has N blocks of 32 * r words, X has one. */
type Mixing = {
  readonly r: number;
  readonly last: number;
  readonly words: number;
  readonly V: Uint32Array;
  readonly X: Uint32Array;
  readonly T: Uint32Array;
};

/**
 * scrypt (RFC 7914, section 6) that lets others go on between two slices. It takes 128 * r * N
 * bytes until it is done, so one at a time is enough.
 *
 * @throws Error for a cost that is none
 */
export async function scryptInSlices(
  password: Uint8Array,
  salt: Uint8Array,
  { ln, r, p }: Cost,
  dkLen: number,
): Promise<Uint8Array> {
  const size = 128 * r;
  const B = pbkdf2(sha256, password, salt, { c: 1, dkLen: size * p });
  // A shift makes a small integer, `2 ** ln` a floating-point number, and with one of those V8
  // runs the inner loops a tenth slower (docs/decisions/0019).
  const N = 1 << ln;
  const words = size / 4;
  const [V, T] = [new Uint32Array(words * N), new Uint32Array(words)];
  for (let i = 0; i < p; i++) {
    // Words are little-endian (section 2), as they are in this runtime.
    const X = new Uint32Array(B.buffer, B.byteOffset + size * i, words);
    await romix({ r, last: N - 1, words, V, X, T });
  }
  return pbkdf2(sha256, password, B, { c: 1, dkLen });
}

/** Section 5. */
async function romix(mixing: Mixing): Promise<void> {
  const { V, X, r, last, words } = mixing;
  V.set(X);
  for (let from = 0; from < last; from += SLICE) {
    fill(mixing, from, Math.min(from + SLICE, last));
    await pause();
  }
  blockMix(V, last * words, X, 0, r);
  for (let from = 0; from <= last; from += SLICE) {
    stir(mixing, Math.min(SLICE, last + 1 - from));
    await pause();
  }
}

/** Step 2: every block of V comes of the one before. */
function fill({ V, r, words }: Mixing, from: number, to: number): void {
  for (let i = from, at = from * words; i < to; i++, at += words) {
    blockMix(V, at, V, at + words, r);
  }
}

/** Step 3: X says which block of V it is mixed with next. */
function stir({ V, X, T, r, last, words }: Mixing, times: number): void {
  for (let i = 0; i < times; i++) {
    const at = ((X[words - 16] ?? 0) & last) * words; // Integerify
    for (let k = 0; k < words; k++) T[k] = (X[k] ?? 0) ^ (V[at + k] ?? 0);
    blockMix(T, 0, X, 0, r);
  }
}
