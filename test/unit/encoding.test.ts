import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  concat,
  fromBase64,
  fromBase64Url,
  toBase64,
  toBase64Url,
} from "../../src/core/security/encoding.ts";

describe.each([
  ["base64url", toBase64Url, fromBase64Url, "base64url"],
  ["base64", toBase64, fromBase64, "base64"],
] as const)("%s", (_, encode, decode, name) => {
  it("is what others write, without padding, and is read back", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = encode(bytes);
        expect(text).toBe(Buffer.from(bytes).toString(name).replace(/=+$/, ""));
        expect(decode(text)).toEqual(new Uint8Array(bytes));
      }),
    );
  });

  it("has one spelling for the same bytes", () => {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_= \n.";
    const text = fc.string({ unit: fc.constantFrom(...letters), maxLength: 12 });
    fc.assert(
      fc.property(text, (spelling) => {
        const bytes = decode(spelling);
        if (bytes !== null) expect(encode(bytes)).toBe(spelling);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(["A", "AAAAA", "AB", "AAA=", "AA==", "A A", "AAAA\n", "ä"])("is not %j", (text) => {
    expect(decode(text)).toBeNull();
  });
});

it("the two alphabets do not mix", () => {
  expect(fromBase64Url("+/+/")).toBeNull();
  expect(fromBase64("-_-_")).toBeNull();
});

it("parts are joined in order", () => {
  expect(concat(new Uint8Array([1]), new Uint8Array(), new Uint8Array([2, 3]))).toEqual(
    new Uint8Array([1, 2, 3]),
  );
});
