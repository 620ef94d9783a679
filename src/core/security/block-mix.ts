/*
 * The inner loops of scrypt (RFC 7914, sections 3 and 4), as @noble/hashes 2.4.0 has them: it does
 * not export them, and cannot stop between two steps (docs/decisions/0024).
 * MIT License, copyright (c) 2022 Paul Miller (https://paulmillr.com).
 */

const rotl = (word: number, shift: number): number => (word << shift) | (word >>> (32 - shift));

/** Section 3: out = Salsa20/8(prev xor input), sixteen words each, from the places given. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: words one by one, and no decision.
function salsa(
  prev: Uint32Array,
  pi: number,
  input: Uint32Array,
  ii: number,
  out: Uint32Array,
  oi: number,
): void {
  const y0 = (prev[pi + 0] ?? 0) ^ (input[ii + 0] ?? 0);
  const y1 = (prev[pi + 1] ?? 0) ^ (input[ii + 1] ?? 0);
  const y2 = (prev[pi + 2] ?? 0) ^ (input[ii + 2] ?? 0);
  const y3 = (prev[pi + 3] ?? 0) ^ (input[ii + 3] ?? 0);
  const y4 = (prev[pi + 4] ?? 0) ^ (input[ii + 4] ?? 0);
  const y5 = (prev[pi + 5] ?? 0) ^ (input[ii + 5] ?? 0);
  const y6 = (prev[pi + 6] ?? 0) ^ (input[ii + 6] ?? 0);
  const y7 = (prev[pi + 7] ?? 0) ^ (input[ii + 7] ?? 0);
  const y8 = (prev[pi + 8] ?? 0) ^ (input[ii + 8] ?? 0);
  const y9 = (prev[pi + 9] ?? 0) ^ (input[ii + 9] ?? 0);
  const y10 = (prev[pi + 10] ?? 0) ^ (input[ii + 10] ?? 0);
  const y11 = (prev[pi + 11] ?? 0) ^ (input[ii + 11] ?? 0);
  const y12 = (prev[pi + 12] ?? 0) ^ (input[ii + 12] ?? 0);
  const y13 = (prev[pi + 13] ?? 0) ^ (input[ii + 13] ?? 0);
  const y14 = (prev[pi + 14] ?? 0) ^ (input[ii + 14] ?? 0);
  const y15 = (prev[pi + 15] ?? 0) ^ (input[ii + 15] ?? 0);
  let x0 = y0;
  let x1 = y1;
  let x2 = y2;
  let x3 = y3;
  let x4 = y4;
  let x5 = y5;
  let x6 = y6;
  let x7 = y7;
  let x8 = y8;
  let x9 = y9;
  let x10 = y10;
  let x11 = y11;
  let x12 = y12;
  let x13 = y13;
  let x14 = y14;
  let x15 = y15;
  for (let round = 0; round < 8; round += 2) {
    x4 ^= rotl((x0 + x12) | 0, 7);
    x8 ^= rotl((x4 + x0) | 0, 9);
    x12 ^= rotl((x8 + x4) | 0, 13);
    x0 ^= rotl((x12 + x8) | 0, 18);
    x9 ^= rotl((x5 + x1) | 0, 7);
    x13 ^= rotl((x9 + x5) | 0, 9);
    x1 ^= rotl((x13 + x9) | 0, 13);
    x5 ^= rotl((x1 + x13) | 0, 18);
    x14 ^= rotl((x10 + x6) | 0, 7);
    x2 ^= rotl((x14 + x10) | 0, 9);
    x6 ^= rotl((x2 + x14) | 0, 13);
    x10 ^= rotl((x6 + x2) | 0, 18);
    x3 ^= rotl((x15 + x11) | 0, 7);
    x7 ^= rotl((x3 + x15) | 0, 9);
    x11 ^= rotl((x7 + x3) | 0, 13);
    x15 ^= rotl((x11 + x7) | 0, 18);
    x1 ^= rotl((x0 + x3) | 0, 7);
    x2 ^= rotl((x1 + x0) | 0, 9);
    x3 ^= rotl((x2 + x1) | 0, 13);
    x0 ^= rotl((x3 + x2) | 0, 18);
    x6 ^= rotl((x5 + x4) | 0, 7);
    x7 ^= rotl((x6 + x5) | 0, 9);
    x4 ^= rotl((x7 + x6) | 0, 13);
    x5 ^= rotl((x4 + x7) | 0, 18);
    x11 ^= rotl((x10 + x9) | 0, 7);
    x8 ^= rotl((x11 + x10) | 0, 9);
    x9 ^= rotl((x8 + x11) | 0, 13);
    x10 ^= rotl((x9 + x8) | 0, 18);
    x12 ^= rotl((x15 + x14) | 0, 7);
    x13 ^= rotl((x12 + x15) | 0, 9);
    x14 ^= rotl((x13 + x12) | 0, 13);
    x15 ^= rotl((x14 + x13) | 0, 18);
  }
  out[oi + 0] = (y0 + x0) | 0;
  out[oi + 1] = (y1 + x1) | 0;
  out[oi + 2] = (y2 + x2) | 0;
  out[oi + 3] = (y3 + x3) | 0;
  out[oi + 4] = (y4 + x4) | 0;
  out[oi + 5] = (y5 + x5) | 0;
  out[oi + 6] = (y6 + x6) | 0;
  out[oi + 7] = (y7 + x7) | 0;
  out[oi + 8] = (y8 + x8) | 0;
  out[oi + 9] = (y9 + x9) | 0;
  out[oi + 10] = (y10 + x10) | 0;
  out[oi + 11] = (y11 + x11) | 0;
  out[oi + 12] = (y12 + x12) | 0;
  out[oi + 13] = (y13 + x13) | 0;
  out[oi + 14] = (y14 + x14) | 0;
  out[oi + 15] = (y15 + x15) | 0;
}

/** Section 4, of r blocks of 32 words: the even ones of the result first, then the odd ones. */
export function blockMix(
  input: Uint32Array,
  from: number,
  out: Uint32Array,
  to: number,
  r: number,
): void {
  let head = to;
  let tail = to + 16 * r;
  let at = from;
  // X is B[2r - 1]; where it lies is overwritten by the first odd one.
  for (let i = 0; i < 16; i++) out[tail + i] = input[from + (2 * r - 1) * 16 + i] ?? 0;
  for (let i = 0; i < r; i++) {
    salsa(out, tail, input, at, out, head);
    if (i > 0) tail += 16;
    salsa(out, head, input, at + 16, out, tail);
    head += 16;
    at += 32;
  }
}
