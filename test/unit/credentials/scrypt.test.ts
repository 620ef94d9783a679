import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { utf8 } from "../../../src/core/security/encoding.ts";
import { SCRYPT_ENGINES } from "../../../src/core/security/passwords.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** RFC 7914, section 12; its fourth vector needs a gigabyte. */
const VECTORS = [
  {
    password: "",
    salt: "",
    cost: { ln: 4, r: 1, p: 1 },
    key:
      "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442" +
      "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906",
  },
  {
    password: "password",
    salt: "NaCl",
    cost: { ln: 10, r: 8, p: 16 },
    key:
      "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162" +
      "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
  },
  {
    password: "pleaseletmein",
    salt: "SodiumChloride",
    cost: { ln: 14, r: 8, p: 1 },
    key:
      "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2" +
      "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
  },
];

describe.each(["noble", "native"] as const)("scrypt by %s", (engine) => {
  it.each(VECTORS)("gives the RFC's key for $password", async ({ password, salt, cost, key }) => {
    expect(hex(await SCRYPT_ENGINES[engine](utf8(password), utf8(salt), cost, 64))).toBe(key);
  });
});

it("both engines give the same bytes", async () => {
  const cost = fc.record({
    ln: fc.integer({ min: 1, max: 6 }),
    r: fc.integer({ min: 1, max: 9 }),
    p: fc.integer({ min: 1, max: 4 }),
  });
  const bytes = fc.uint8Array({ maxLength: 80 });
  await fc.assert(
    fc.asyncProperty(
      bytes,
      bytes,
      cost,
      fc.integer({ min: 1, max: 64 }),
      async (password, salt, at, length) => {
        const noble = await SCRYPT_ENGINES.noble(password, salt, at, length);
        expect(hex(SCRYPT_ENGINES.native(password, salt, at, length))).toBe(hex(noble));
      },
    ),
  );
});
