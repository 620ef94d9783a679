import { createHash, randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { clientSecretCodec } from "../../../src/core/security/client-secret.ts";

const codec = clientSecretCodec((length) => new Uint8Array(randomBytes(length)));

it("a secret carries 32 random bytes and says what it is", () => {
  const asked: number[] = [];
  const fixed = clientSecretCodec((length) => {
    asked.push(length);
    return new Uint8Array(length).fill(0xff);
  });
  expect(fixed.create().secret).toBe(`scs_${Buffer.alloc(32, 0xff).toString("base64url")}`);
  expect(asked).toEqual([32]);
});

it("what is kept is SHA-256 of the whole secret, as base64url", () => {
  const { secret, hash } = codec.create();
  expect(hash).toBe(createHash("sha256").update(secret).digest("base64url"));
});

it("no two secrets are alike, nor what is kept of them", () => {
  const made = Array.from({ length: 100 }, () => codec.create());
  expect(new Set(made.map(({ secret }) => secret)).size).toBe(100);
  expect(new Set(made.map(({ hash }) => hash)).size).toBe(100);
});

it("a secret matches wherever its hash stands among those that are good", () => {
  const [one, other, third] = [codec.create(), codec.create(), codec.create()];
  const hashes = [one.hash, other.hash];
  expect(codec.matches(one.secret, hashes)).toBe(true);
  expect(codec.matches(other.secret, hashes)).toBe(true);
  expect(codec.matches(third.secret, hashes)).toBe(false);
});

it("nothing matches no hash, and no hash is its own secret", () => {
  const { secret, hash } = codec.create();
  expect(codec.matches(secret, [])).toBe(false);
  expect(codec.matches(hash, [hash])).toBe(false);
});

it("what is nearly the secret does not match", () => {
  const { secret, hash } = codec.create();
  const near = [
    "",
    secret.slice(4),
    secret.slice(0, -1),
    `${secret}=`,
    ` ${secret}`,
    secret.toUpperCase(),
    "\u{d800}",
  ];
  expect(near.filter((text) => codec.matches(text, [hash]))).toEqual([]);
});

it("a stored hash of another length matches nothing, and spoils no other", () => {
  const { secret, hash } = codec.create();
  const odd = ["", hash.slice(0, -1), `${hash}A`, "A".repeat(1_000), "é".repeat(43)];
  expect(codec.matches(secret, odd)).toBe(false);
  expect(codec.matches(secret, [...odd, hash])).toBe(true);
});
