/*
 * The inner loops of scrypt (RFC 7914, sections 3 and 4). They stand here because a library that lets
 * nobody stop between two steps of section 5 holds up everybody else (docs/decisions/0024).
 */

/** Words of a block that Salsa20/8 takes. */
const BLOCK = 16;

/**
 * Section 3: `state` becomes Salsa20/8(state xor B), B being the sixteen words of `input` from there.
 * Sixteen variables and not an array: a hash is a hundred million of these rounds' steps.
 */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: words one by one, and no decision.
function absorb(state: Uint32Array, input: Uint32Array, from: number): void {
  for (let i = 0; i < BLOCK; i++) state[i] = (state[i] ?? 0) ^ (input[from + i] ?? 0);
  let a = state[0] ?? 0;
  let b = state[1] ?? 0;
  let c = state[2] ?? 0;
  let d = state[3] ?? 0;
  let e = state[4] ?? 0;
  let f = state[5] ?? 0;
  let g = state[6] ?? 0;
  let h = state[7] ?? 0;
  let i = state[8] ?? 0;
  let j = state[9] ?? 0;
  let k = state[10] ?? 0;
  let l = state[11] ?? 0;
  let m = state[12] ?? 0;
  let n = state[13] ?? 0;
  let o = state[14] ?? 0;
  let p = state[15] ?? 0;
  let t = 0;
  for (let doubleRound = 0; doubleRound < 4; doubleRound++) {
    // The columns.
    t = (a + m) | 0;
    e ^= (t << 7) | (t >>> 25);
    t = (e + a) | 0;
    i ^= (t << 9) | (t >>> 23);
    t = (i + e) | 0;
    m ^= (t << 13) | (t >>> 19);
    t = (m + i) | 0;
    a ^= (t << 18) | (t >>> 14);
    t = (f + b) | 0;
    j ^= (t << 7) | (t >>> 25);
    t = (j + f) | 0;
    n ^= (t << 9) | (t >>> 23);
    t = (n + j) | 0;
    b ^= (t << 13) | (t >>> 19);
    t = (b + n) | 0;
    f ^= (t << 18) | (t >>> 14);
    t = (k + g) | 0;
    o ^= (t << 7) | (t >>> 25);
    t = (o + k) | 0;
    c ^= (t << 9) | (t >>> 23);
    t = (c + o) | 0;
    g ^= (t << 13) | (t >>> 19);
    t = (g + c) | 0;
    k ^= (t << 18) | (t >>> 14);
    t = (p + l) | 0;
    d ^= (t << 7) | (t >>> 25);
    t = (d + p) | 0;
    h ^= (t << 9) | (t >>> 23);
    t = (h + d) | 0;
    l ^= (t << 13) | (t >>> 19);
    t = (l + h) | 0;
    p ^= (t << 18) | (t >>> 14);
    // The rows.
    t = (a + d) | 0;
    b ^= (t << 7) | (t >>> 25);
    t = (b + a) | 0;
    c ^= (t << 9) | (t >>> 23);
    t = (c + b) | 0;
    d ^= (t << 13) | (t >>> 19);
    t = (d + c) | 0;
    a ^= (t << 18) | (t >>> 14);
    t = (f + e) | 0;
    g ^= (t << 7) | (t >>> 25);
    t = (g + f) | 0;
    h ^= (t << 9) | (t >>> 23);
    t = (h + g) | 0;
    e ^= (t << 13) | (t >>> 19);
    t = (e + h) | 0;
    f ^= (t << 18) | (t >>> 14);
    t = (k + j) | 0;
    l ^= (t << 7) | (t >>> 25);
    t = (l + k) | 0;
    i ^= (t << 9) | (t >>> 23);
    t = (i + l) | 0;
    j ^= (t << 13) | (t >>> 19);
    t = (j + i) | 0;
    k ^= (t << 18) | (t >>> 14);
    t = (p + o) | 0;
    m ^= (t << 7) | (t >>> 25);
    t = (m + p) | 0;
    n ^= (t << 9) | (t >>> 23);
    t = (n + m) | 0;
    o ^= (t << 13) | (t >>> 19);
    t = (o + n) | 0;
    p ^= (t << 18) | (t >>> 14);
  }
  state[0] = (state[0] ?? 0) + a;
  state[1] = (state[1] ?? 0) + b;
  state[2] = (state[2] ?? 0) + c;
  state[3] = (state[3] ?? 0) + d;
  state[4] = (state[4] ?? 0) + e;
  state[5] = (state[5] ?? 0) + f;
  state[6] = (state[6] ?? 0) + g;
  state[7] = (state[7] ?? 0) + h;
  state[8] = (state[8] ?? 0) + i;
  state[9] = (state[9] ?? 0) + j;
  state[10] = (state[10] ?? 0) + k;
  state[11] = (state[11] ?? 0) + l;
  state[12] = (state[12] ?? 0) + m;
  state[13] = (state[13] ?? 0) + n;
  state[14] = (state[14] ?? 0) + o;
  state[15] = (state[15] ?? 0) + p;
}

const state = new Uint32Array(BLOCK);

/**
 * Section 4: mixes 2 * r blocks. Those at even places come first in the result, those at odd ones
 * behind. Nothing else runs before it returns, so one state serves all.
 */
export function blockMix(
  input: Uint32Array,
  from: number,
  out: Uint32Array,
  to: number,
  r: number,
): void {
  const half = r * BLOCK;
  state.set(input.subarray(from + 2 * half - BLOCK, from + 2 * half));
  for (let pair = 0; pair < half; pair += BLOCK) {
    absorb(state, input, from + 2 * pair);
    for (let i = 0; i < BLOCK; i++) out[to + pair + i] = state[i] ?? 0;
    absorb(state, input, from + 2 * pair + BLOCK);
    for (let i = 0; i < BLOCK; i++) out[to + half + pair + i] = state[i] ?? 0;
  }
}
