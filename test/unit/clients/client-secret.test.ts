import { createHash, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { clientSecretCodec } from "../../../src/core/security/client-secret.ts";
import { serviceAccountIdOf } from "../../../src/domain/ids.ts";
import { secretsMaker } from "../../support/memory-service.ts";
import { someId } from "../../support/samples.ts";

const random = (length: number) => new Uint8Array(randomBytes(length));
const secrets = secretsMaker();
const codec = clientSecretCodec(secrets(1), random);
const ID = serviceAccountIdOf(someId());

it("a secret carries 24 random bytes and says what it is", () => {
  const asked: number[] = [];
  const fixed = clientSecretCodec(secrets(1), (length) => {
    asked.push(length);
    return new Uint8Array(length).fill(0xff);
  });
  const drawn = Buffer.alloc(24, 0xff).toString("base64url");
  expect(fixed.create(ID).secret).toMatch(new RegExp(`^scs_${drawn}[\\w-]{11}$`));
  expect(asked).toEqual([24]);
});

describe("a guess is told from a secret that was made here for the account", () => {
  const { secret } = codec.create(ID);
  const other = serviceAccountIdOf(someId());
  const changed = (index: number) =>
    secret.slice(0, index) + (secret[index] === "A" ? "B" : "A") + secret.slice(index + 1);

  it("whatever has become of the root secret it was made with, while that is known", () => {
    for (const versions of [[1], [2, 1], [1, 2], [3, 2, 1]]) {
      expect(clientSecretCodec(secrets(...versions), random).isMadeFor(ID, secret)).toBe(true);
    }
    expect(clientSecretCodec(secrets(2), random).isMadeFor(ID, secret)).toBe(false);
  });

  it.each<[string, string]>([
    ["of random bytes", `scs_${Buffer.from(random(32)).toString("base64url")}`],
    ["of another account", codec.create(other).secret],
    ["with other random bytes", changed(10)],
    ["with another tag", changed(44)],
    ["without its mark", secret.slice(4)],
    ["that is longer", `${secret}AAAA`],
    ["in another spelling", `${secret}=`],
    ["that is nothing", ""],
  ])("and is no secret %s", (_, guess) => {
    expect(codec.isMadeFor(ID, guess)).toBe(false);
  });
});

it("what is kept is SHA-256 of the whole secret, as base64url", () => {
  const { secret, hash } = codec.create(ID);
  expect(hash).toBe(createHash("sha256").update(secret).digest("base64url"));
});

it("no two secrets are alike, nor what is kept of them", () => {
  const made = Array.from({ length: 100 }, () => codec.create(ID));
  expect(new Set(made.map(({ secret }) => secret)).size).toBe(100);
  expect(new Set(made.map(({ hash }) => hash)).size).toBe(100);
});

it("a secret matches its own hash and no other's", () => {
  const [one, other] = [codec.create(ID), codec.create(ID)];
  expect(codec.matches(one.secret, one.hash)).toBe(true);
  expect(codec.matches(one.secret, other.hash)).toBe(false);
});

it("no hash is its own secret", () => {
  const { hash } = codec.create(ID);
  expect(codec.matches(hash, hash)).toBe(false);
});

it("what is nearly the secret does not match", () => {
  const { secret, hash } = codec.create(ID);
  const near = [
    "",
    secret.slice(4),
    secret.slice(0, -1),
    `${secret}=`,
    ` ${secret}`,
    secret.toUpperCase(),
    "\u{d800}",
  ];
  expect(near.filter((text) => codec.matches(text, hash))).toEqual([]);
});

it("a stored hash of another length matches nothing", () => {
  const { secret, hash } = codec.create(ID);
  const odd = ["", hash.slice(0, -1), `${hash}A`, "A".repeat(1_000), "é".repeat(43)];
  expect(odd.filter((stored) => codec.matches(secret, stored))).toEqual([]);
});
