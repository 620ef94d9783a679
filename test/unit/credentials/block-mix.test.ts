import { scrypt } from "@noble/hashes/scrypt.js";
import { describe, expect, it } from "vitest";
import { blockMix } from "../../../src/core/security/block-mix.ts";
import { scryptInSlices } from "../../../src/core/security/scrypt-in-slices.ts";

/** RFC 7914, section 9. */
const INPUT = `
  f7ce0b653d2d72a4108cf5abe912ffdd777616dbbb27a70e8204f3ae2d0f6fad
  89f68f4811d1e87bcc3bd7400a9ffd29094f0184639574f39ae5a1315217bcd7
  894991447213bb226c25b54da86370fbcd984380374666bb8ffcb5bf40c254b0
  67d27c51ce4ad5fed829c90b505a571b7f4d1cad6a523cda770e67bceaaf7e89`;
const OUTPUT = `
  a41f859c6608cc993b81cacb020cef05044b2181a2fd337dfd7b1c6396682f29
  b4393168e3c9e6bcfe6bc5b7a06d96bae424cc102c91745c24ad673dc7618f81
  20edc975323881a80540f64c162dcd3c21077cfe5f8d5fe2b1a4168f953678b7
  7d3b3d803b60e4ab920996e59b4d53b65d2a225877d5edf5842cb9f14eefe425`;

const wordsOf = (hex: string): Uint32Array =>
  new Uint32Array(new Uint8Array(Buffer.from(hex.replace(/\s/g, ""), "hex")).buffer);

const utf8 = (text: string) => new TextEncoder().encode(text);

describe("scryptBlockMix", () => {
  it("gives the RFC's output", () => {
    const out = new Uint32Array(32);
    blockMix(wordsOf(INPUT), 0, out, 0, 1);
    expect(out).toEqual(wordsOf(OUTPUT));
  });

  it("reads and writes from where it is told, and nothing beside it", () => {
    const given = new Uint32Array(96).fill(7);
    given.set(wordsOf(INPUT), 48);
    const out = new Uint32Array(96).fill(9);
    blockMix(given, 48, out, 16, 1);
    const expected = new Uint32Array(96).fill(9);
    expected.set(wordsOf(OUTPUT), 16);
    expect(out).toEqual(expected);
  });
});

describe("scrypt in slices, at costs that take no time", () => {
  it.each([
    [1, 1, 1],
    [1, 2, 1],
    [2, 3, 2],
    [4, 2, 3],
  ])("N = 2^%d, r = %d, p = %d: noble's bytes", async (ln, r, p) => {
    const [password, salt] = [utf8("a password"), utf8("salt of sixteen!")];
    const expected = scrypt(password, salt, { N: 2 ** ln, r, p, dkLen: 40 });
    expect(await scryptInSlices(password, salt, { ln, r, p }, 40)).toEqual(expected);
  });
});
