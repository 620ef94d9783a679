import { describe, expect, it } from "vitest";
import { toBase64, utf8 } from "../../../src/core/security/encoding.ts";
import { passwordHasher, SCRYPT_ENGINES } from "../../../src/core/security/passwords.ts";
import type { Password } from "../../../src/domain/password.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const native = passwordHasher("native", random);
const noble = passwordHasher("noble", random);
const password = "correct horse battery staple" as Password;
const other = "correct horse battery stapler" as Password;

const salt = new Uint8Array(16).fill(7);
/** A stored hash of the password at another cost. */
function stored(ln: number, r: number, p: number, keyLength = 32, saltBytes = salt): string {
  const key = SCRYPT_ENGINES.native(utf8(password), saltBytes, { ln, r, p }, keyLength);
  return `$scrypt$ln=${ln},r=${r},p=${p}$${toBase64(saltBytes)}$${toBase64(key)}`;
}

describe("a stored password", () => {
  const [first, second] = [native.hash(password), native.hash(password)];

  it("PWD-01 is scrypt at N=2^15 r=8 p=3 with its parameters, a 16-byte salt and a 32-byte key", () => {
    expect(first).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  });

  it("PWD-01 has a salt of its own", () => {
    expect(first.split("$")[3]).not.toBe(second.split("$")[3]);
    expect(first.split("$")[4]).not.toBe(second.split("$")[4]);
  });

  it("is verified by either engine, whichever made it", () => {
    expect(native.verify(password, noble.hash(password))).toBe("match");
    expect(noble.verify(password, stored(4, 1, 1))).toBe("match_outdated");
  });

  it("is not another password's", () => {
    expect(native.verify(other, first)).toBe("mismatch");
    expect(native.verify(`${password} ` as Password, stored(4, 1, 1))).toBe("mismatch");
  });
});

describe("a password stored in another way", () => {
  it.each([
    ["another N", stored(14, 8, 1)],
    ["another r", stored(10, 4, 3)],
    ["another p", stored(10, 8, 1)],
    ["another length of key", stored(15, 8, 3, 64)],
    ["another length of salt", stored(15, 8, 3, 32, new Uint8Array(8).fill(7))],
  ])("PWD-07 is a match that is outdated, with %s", (_, outdated) => {
    expect(native.verify(password, outdated)).toBe("match_outdated");
  });

  it("is still a mismatch for another password", () => {
    expect(native.verify(other, stored(4, 1, 1))).toBe("mismatch");
  });
});

describe("a stored hash that cannot be trusted", () => {
  const good = stored(4, 1, 1);
  const [head, key] = [good.slice(0, good.lastIndexOf("$")), good.slice(good.lastIndexOf("$") + 1)];

  it.each([
    ["a cost above the ceiling", good.replace("ln=4,r=1,p=1", "ln=15,r=8,p=5")],
    ["a cost that would take years", good.replace("ln=4,r=1,p=1", "ln=99,r=9999,p=9999")],
    ["no key", `${head}$`],
    ["a truncated key", `${head}$${key.slice(0, 16)}`],
    ["another spelling of the key", `${head}$${key.slice(0, -1)}${respelled(key)}`],
    ["another function", good.replace("$scrypt$", "$argon2id$")],
  ])("is unreadable, never a match: %s", (_, damaged) => {
    expect(native.verify(password, damaged)).toBe("unreadable");
  });

  it("ENU-01 costs a hash with current parameters, and so does an unknown name", () => {
    let salts = 0;
    const counting = passwordHasher("native", (length) => {
      salts += 1;
      return random(length);
    });
    expect(counting.verify(password, "")).toBe("unreadable");
    counting.verifyNothing(password);
    expect(salts).toBe(2);
  });
});

/** The last letter of 32 bytes carries two bits that mean nothing: one of them is set here. */
function respelled(key: string): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return letters[letters.indexOf(key.slice(-1)) + 1] ?? "";
}
