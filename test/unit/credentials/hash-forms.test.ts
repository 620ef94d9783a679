import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { readForeignHash } from "../../../src/core/security/foreign/foreign-hash.ts";
import { parseHash } from "../../../src/core/security/stored-hash.ts";
import { FIREBASE_HASH, FOREIGN_HASHES } from "../../support/foreign-hashes.ts";

/* Of stored hashes what is read, without computing one. */

const { scrypt = "", ...others } = FOREIGN_HASHES;
const SAMPLES = Object.entries({ ...others, firebase: FIREBASE_HASH });
const OWN = scrypt.replace("$scrypt$", "$scrypt-sha256$");

/** What each form begins with. */
const BEGINNINGS = [
  "$2a$",
  "$2b$",
  "$2y$",
  "$argon2",
  "$pbkdf2",
  "$fbscrypt$",
  "{SSHA",
  "$salted-sha",
];

const verdict = (stored: string) => {
  const read = readForeignHash(stored);
  return read.ok ? "read" : read.error;
};

const ownVerdict = (stored: string) => {
  const read = parseHash(stored);
  return read.ok ? "read" : read.error;
};

describe("a stored hash is read whole", () => {
  it.each(SAMPLES)("with nothing before it, within it or behind it: %s", (_, stored) => {
    const own = BEGINNINGS.find((one) => stored.startsWith(one)) ?? "";
    expect(own).not.toBe("");
    expect(verdict(stored)).toBe("read");
    expect(verdict(`x${stored}`)).toBe("unknown_form");
    expect(verdict(`${own}${stored}`)).toBe("malformed");
    for (const end of ["!", "\n", `$${stored}`]) expect(verdict(stored + end)).toBe("malformed");
  });

  it.each([scrypt, OWN])("also one of this service's: %s", (stored) => {
    expect(ownVerdict(stored)).toBe("read");
    expect(ownVerdict(`x${stored}`)).toBe("unknown_form");
    expect(ownVerdict(`$scrypt$${stored}`)).toBe("malformed");
    for (const end of ["!", "\n", `$${stored}`]) expect(ownVerdict(stored + end)).toBe("malformed");
  });
});

describe("what a hash costs is read", () => {
  const { "bcrypt 2b": bcrypt = "", argon2i = "", argon2id = "" } = FOREIGN_HASHES;
  const sha1 = FOREIGN_HASHES["PBKDF2 with SHA-1"] ?? "";
  const argon2 = (costs: string) => argon2i.replace("m=64,t=2,p=1", costs);
  const firebase = (costs: string) => FIREBASE_HASH.replace("n=14,r=8,p=1", costs);

  it.each([
    ["bcrypt", bcrypt.replace("$06$", "$14$"), bcrypt.replace("$06$", "$15$")],
    ["argon2's passes", argon2("m=65536,t=4,p=1"), argon2("m=65536,t=5,p=1")],
    ["argon2's lanes", argon2("m=128,t=10,p=16"), argon2("m=136,t=10,p=17")],
    ["PBKDF2", sha1.replace("$1000$", "$800000$"), sha1.replace("$1000$", "$800001$")],
    ["Firebase's", firebase("n=10,r=16,p=64"), firebase("n=10,r=16,p=65")],
  ])("up to the ceiling and no further: %s", (_, dearest, beyond) => {
    expect(verdict(dearest)).toBe("read");
    expect(verdict(beyond)).toBe("too_costly");
  });

  it("with numbers of one digit or several", () => {
    expect(verdict(firebase("n=9,r=8,p=1"))).toBe("read");
    expect(verdict(argon2("m=8,t=1,p=1"))).toBe("read");
    expect(verdict(argon2("m=7,t=1,p=1"))).toBe("malformed");
    expect(verdict(argon2id.replace("p=2", "p=0"))).toBe("malformed");
    expect(verdict(bcrypt.replace("$2b$", "$2$"))).toBe("malformed");
  });
});

describe("a salted digest", () => {
  const ldap = (salt: number) => `{SSHA}${Buffer.alloc(20 + salt, 7).toString("base64")}`;

  it("has a salt, of 64 bytes at most", () => {
    expect(verdict(ldap(1))).toBe("read");
    expect(verdict(ldap(64))).toBe("read");
    expect(verdict(ldap(65))).toBe("malformed");
    expect(verdict(ldap(0))).toBe("malformed");
    expect(verdict("{SSHA}")).toBe("malformed");
  });
});
