import { Buffer } from "node:buffer";
import { pbkdf2Sync } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { toBase64, utf8 } from "../../../src/core/security/encoding.ts";
import {
  type ForeignHash,
  readForeignHash,
} from "../../../src/core/security/foreign/foreign-hash.ts";
import { passwordHasher, SCRYPT_ENGINES } from "../../../src/core/security/passwords.ts";
import { type Engine, parseHash } from "../../../src/core/security/stored-hash.ts";
import type { Password } from "../../../src/domain/credentials/password.ts";
import {
  FIREBASE_EXAMPLE,
  FIREBASE_HASH,
  FOREIGN_HASHES,
  FOREIGN_PASSWORD,
  TOO_COSTLY_HASHES,
} from "../../support/foreign-hashes.ts";

const WRONG = `${FOREIGN_PASSWORD}.` as Password;

function read(stored: string): ForeignHash {
  const found = readForeignHash(stored);
  if (!found.ok) throw new Error(found.error);
  return found.value;
}

const compare = (stored: string, password: Password) =>
  read(stored).compare(password, SCRYPT_ENGINES.native);

const hasher = passwordHasher(SCRYPT_ENGINES.native, (length) => new Uint8Array(length));

describe("a hash that another product made", () => {
  it.each(Object.entries(FOREIGN_HASHES))(
    "PWD-07 is a match that is outdated, for its password alone: %s",
    async (_, stored) => {
      expect(await hasher.verify(FOREIGN_PASSWORD, stored)).toBe("match_outdated");
      expect(await hasher.verify(WRONG, stored)).toBe("mismatch");
    },
  );

  it.each([
    [
      "U*U",
      "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", // crypt_blowfish, wrapper.c
    ],
    [
      "password",
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", // argon2's test.c
    ],
    [
      "password",
      "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA", // argon2's test.c
    ],
    ["user1password", FIREBASE_HASH],
    [
      "toomanysecrets",
      "$pbkdf2-sha256$29000$N2YMIWQsBWBMae09x1jrPQ$1t8iyB2A.WF/Z5JZv.lfCIhXXN33N23OSgQYThBYRfk", // passlib's documentation
    ],
    ["testing123", "{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr"], // passlib's documentation
  ])("is what its makers publish: %s, %s", async (password, stored) => {
    expect(await compare(stored, password as Password)).toBe("match_outdated");
    expect(await compare(stored, `${password}.` as Password)).toBe("mismatch");
  });

  it.each(Object.entries({ ...FOREIGN_HASHES, firebase: FIREBASE_HASH }))(
    "is never taken for one of this service's: %s",
    (name, stored) => {
      const faults = [parseHash(stored), readForeignHash(stored)].map(
        (found) => found.ok || found.error,
      );
      const isScrypt = name === "scrypt"; // one meaning for both: scrypt over the password itself
      expect(faults).toEqual(isScrypt ? [true, "unknown_form"] : ["unknown_form", true]);
    },
  );
});

describe("bcrypt looks at 72 bytes of a password", () => {
  const seventyTwo = `${"0123456789".repeat(7)}ab`;
  const stored = "$2b$04$abcdefghijklmnopqrstuuMtJwfagkGaCKZ.IMpPJzYjhgL/xnp2C";

  it("as they did who made it, and a longer password does not replace it: what was typed may be another", () => {
    expect(compare(stored, `${seventyTwo}behind the cut` as Password)).toBe("match");
    expect(compare(stored, `${seventyTwo}something else` as Password)).toBe("match");
    expect(compare(stored, seventyTwo as Password)).toBe("match"); // perhaps typed up to the cut
    expect(compare(stored, seventyTwo.slice(1) as Password)).toBe("mismatch");
  });
});

describe("a password that the function takes for another opens nothing", () => {
  const twice = `${FOREIGN_PASSWORD}\0${FOREIGN_PASSWORD}` as Password;
  const ending = `${FOREIGN_PASSWORD}\0` as Password;

  it("bcrypt, which repeats the password with NULs between", () => {
    expect(compare(FOREIGN_HASHES["bcrypt 2b"] ?? "", twice)).toBe("mismatch");
  });

  it.each(["PBKDF2 with SHA-1", "PBKDF2 with SHA-256", "PBKDF2 with SHA-512"])(
    "HMAC, which fills with NULs: %s",
    (name) => expect(compare(FOREIGN_HASHES[name] ?? "", ending)).toBe("mismatch"),
  );

  it("Firebase's scrypt", async () => {
    const respelt = `${FIREBASE_EXAMPLE.password}\0` as Password;
    expect(await compare(FIREBASE_HASH, respelt)).toBe("mismatch");
  });

  it("unless HMAC's block is too long for it to be one", () => {
    const tabbed = "a tab\tand more than twenty bytes" as Password;
    const key = pbkdf2Sync(utf8(tabbed), utf8("salt"), 9, 20, "sha1");
    const stored = `$pbkdf2$9$${toBase64(utf8("salt"))}$${toBase64(key).replaceAll("+", ".")}`;
    expect(compare(stored, tabbed)).toBe("match_outdated");
  });
});

describe("a hash from elsewhere that cannot be verified", () => {
  it.each(Object.entries(TOO_COSTLY_HASHES))("is too costly: %s", async (_, stored) => {
    const reading = stored.startsWith("$scrypt") ? parseHash(stored) : readForeignHash(stored);
    expect(reading).toEqual({ ok: false, error: "too_costly" });
  });

  const { "bcrypt 2b": bcrypt = "", argon2id = "", "LDAP's SSHA": ssha = "" } = FOREIGN_HASHES;
  const pbkdf2 = FOREIGN_HASHES["PBKDF2 with SHA-256"] ?? "";
  const sha2 = FOREIGN_HASHES["SHA-256, the salt first"] ?? "";

  it.each([
    ["bcrypt of an implementation with a mistake", bcrypt.replace("2b", "2x")],
    ["bcrypt with a cost below 4", bcrypt.replace("$06$", "$03$")],
    ["bcrypt cut short", bcrypt.slice(0, -1)],
    ["bcrypt whose last letter has spare bits set", `${bcrypt.slice(0, -1)}P`],
    ["argon2d", argon2id.replace("argon2id", "argon2d")],
    ["argon2 of an old version", argon2id.replace("v=19", "v=16")],
    ["argon2 with a key that is not here", argon2id.replace(",p=2", ",p=2,keyid=AAAA")],
    ["argon2 with less memory than its lanes need", argon2id.replace("m=256", "m=15")],
    ["PBKDF2 with another digest", pbkdf2.replace("sha256", "sha224")],
    ["PBKDF2 with standard base64", pbkdf2.replace(".", "+")],
    ["PBKDF2 with no key to speak of", pbkdf2.slice(0, -30)],
    ["PBKDF2 with leading zeros", pbkdf2.replace("$1000$", "$01000$")],
    ["Firebase's without a salt separator", FIREBASE_HASH.replace("ss=Bw==,", "")],
    ["Firebase's with another length than its key", FIREBASE_HASH.replace(/.{8}$/, "AA==")],
    ["LDAP's without a salt", `{SSHA}${Buffer.alloc(20).toString("base64")}`],
    ["LDAP's with padding of another spelling", ssha.replace("==", "")],
    ["SHA-256 with a digest of SHA-512", sha2.replace("sha256", "sha512")],
    ["SHA-256 without a salt", sha2.replace("AAECAwQFBgcICQoLDA0ODw", "")],
  ])("is malformed: %s", (_, stored) => {
    expect(readForeignHash(stored)).toEqual({ ok: false, error: "malformed" });
  });

  it.each(["", "plain text", "$1$abcdefgh$xyz", "{SHA}abcd", "$6$salt$hash", "{MD5}abcd"])(
    "is of a form that is not read here: %j",
    (stored) => expect(readForeignHash(stored)).toEqual({ ok: false, error: "unknown_form" }),
  );

  it("is unreadable at sign-in, and never a match", async () => {
    const { bcrypt: costly = "", "argon2's memory": large = "" } = TOO_COSTLY_HASHES;
    for (const stored of [costly, large, bcrypt.slice(0, -1)]) {
      expect(await hasher.verify(FOREIGN_PASSWORD, stored)).toBe("unreadable");
    }
  });
});

describe("ENU-02 a wrong password is no cheaper where the hash was made elsewhere", () => {
  const CURRENT = 2 ** 15 * 8 * 3;
  let work = 0;
  const counting: Engine = (_password, _salt, { ln, r, p }, length) => {
    work += 2 ** ln * r * p;
    return new Uint8Array(length);
  };
  const counted = passwordHasher(counting, (length) => new Uint8Array(length));

  beforeEach(() => {
    work = 0;
  });

  it.each(Object.entries({ ...FOREIGN_HASHES, firebase: FIREBASE_HASH }))(
    "%s",
    async (_, stored) => {
      expect(await counted.verify(WRONG, stored)).toBe("mismatch");
      const foreign = readForeignHash(stored);
      const isScrypt = stored.startsWith("$scrypt") || stored.startsWith("$fbscrypt");
      const done = foreign.ok && !isScrypt ? foreign.value.work : 0;
      expect(work + done).toBe(CURRENT);
    },
  );

  it("one that is dearer costs itself", async () => {
    const dearer = "$2b$13$abcdefghijklmnopqrstuuLJhBoDa0d.hoJDSwfLji2nzZwagh83O";
    expect(read(dearer).work).toBeGreaterThan(CURRENT);
    expect(await counted.verify(WRONG, dearer)).toBe("mismatch");
    expect(work).toBe(0);
  });

  it("one that cannot be read costs a hash of this service's", async () => {
    expect(await counted.verify(WRONG, "{MD5}abcd")).toBe("unreadable");
    expect(work).toBe(CURRENT);
  });
});
