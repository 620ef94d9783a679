import { sha256 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { toBase64, utf8 } from "../../../src/core/security/encoding.ts";
import { passwordHasher, SCRYPT_ENGINES } from "../../../src/core/security/passwords.ts";
import type { Cost, Engine } from "../../../src/core/security/stored-hash.ts";
import { type Password, parsePassword } from "../../../src/domain/credentials/password.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const native = passwordHasher(SCRYPT_ENGINES.native, random);
const noble = passwordHasher(SCRYPT_ENGINES.noble, random);
const password = "correct horse battery staple" as Password;
const other = "correct horse battery stapler" as Password;

const salt = new Uint8Array(16).fill(7);

/** A hash of the older kind, of the password itself, at any cost. */
function stored(ln: number, r: number, p: number, keyLength = 32, saltBytes = salt): string {
  const key = SCRYPT_ENGINES.native(utf8(password), saltBytes, { ln, r, p }, keyLength);
  return `$scrypt$ln=${ln},r=${r},p=${p}$${toBase64(saltBytes)}$${toBase64(key)}`;
}

describe("a stored password", async () => {
  const [first, second] = await Promise.all([native.hash(password), native.hash(password)]);

  it("PWD-01 is scrypt at N=2^15 r=8 p=3 with its parameters, a 16-byte salt and a 32-byte key", () => {
    expect(first).toMatch(/^\$scrypt-sha256\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  });

  it("PWD-01 has a salt of its own", () => {
    expect(first.split("$")[3]).not.toBe(second.split("$")[3]);
    expect(first.split("$")[4]).not.toBe(second.split("$")[4]);
  });

  it("PWD-01 is scrypt over SHA-256 of a label, a NUL and the password, by either engine", async () => {
    const known =
      "$scrypt-sha256$ln=15,r=8,p=3$BwcHBwcHBwcHBwcHBwcHBw$XOko/Q0qcGi3TDrl5TtdZmskzSUhjKUdO1xbryNGZLU";
    for (const engine of Object.values(SCRYPT_ENGINES)) {
      expect(await passwordHasher(engine, () => salt).hash(password)).toBe(known);
    }
    expect(await native.verify(password, known)).toBe("match");
  });

  it("is verified by either engine, whichever made it", async () => {
    expect(await native.verify(password, await noble.hash(password))).toBe("match");
    expect(await noble.verify(password, first)).toBe("match");
  });

  it("is not another password's", async () => {
    expect(await native.verify(other, first)).toBe("mismatch");
    expect(await native.verify(`${password} ` as Password, first)).toBe("mismatch");
  });
});

/** A hash of today's kind. */
function digested(ln: number, r: number, p: number, keyLength = 32, saltBytes = salt): string {
  const input = sha256(utf8(`auth-service/password\0${password}`));
  const key = SCRYPT_ENGINES.native(input, saltBytes, { ln, r, p }, keyLength);
  return `$scrypt-sha256$ln=${ln},r=${r},p=${p}$${toBase64(saltBytes)}$${toBase64(key)}`;
}

describe("a password stored in another way", () => {
  it("is none where all is as it is done today", async () => {
    expect(await native.verify(password, digested(15, 8, 3))).toBe("match");
  });

  it.each([
    ["the password not digested", stored(15, 8, 3)],
    ["another N", digested(14, 8, 3)],
    ["another r", digested(15, 4, 3)],
    ["another p", digested(15, 8, 1)],
    ["another length of key", digested(15, 8, 3, 64)],
    ["a shorter salt", digested(15, 8, 3, 32, new Uint8Array(8).fill(7))],
    ["a longer salt", digested(15, 8, 3, 32, new Uint8Array(32).fill(7))],
  ])("PWD-07 is a match that is outdated, with %s", async (_, outdated) => {
    expect(await native.verify(password, outdated)).toBe("match_outdated");
  });

  it("is still a mismatch for another password", async () => {
    expect(await native.verify(other, stored(4, 1, 1))).toBe("mismatch");
  });
});

describe("a password that HMAC takes for another", () => {
  /** One in a hundred million: its SHA-256 happens to be UTF-8, so that it can be typed. */
  const long =
    "seven quiet herons by the estuary, nine copper kettles and 163479325 more" as Password;
  const digest = typed(sha256(utf8(long)));
  const cost = { ln: 4, r: 1, p: 1 };
  const undigested = (text: string) =>
    `$scrypt$ln=4,r=1,p=1$${toBase64(salt)}$${toBase64(SCRYPT_ENGINES.native(utf8(text), salt, cost, 32))}`;

  it.each([
    ["with a NUL behind it", password, typed(utf8(`${password}\0`))],
    ["with as many as fill a block", password, typed(utf8(password.padEnd(64, "\0")))],
    ["as the digest of a long one", long, digest],
    ["as that digest with a NUL behind it", long, typed(utf8(`${digest}\0`))],
  ])("opens no account, and is renewed into none: %s", async (_, right, respelled) => {
    const older = undigested(right);
    expect(undigested(respelled)).toBe(older);
    expect(await native.verify(right, older)).toBe("match_outdated");
    expect(await native.verify(respelled, older)).toBe("mismatch");
    const renewed = await native.hash(right);
    expect(await native.verify(right, renewed)).toBe("match");
    expect(await native.verify(respelled, renewed)).toBe("mismatch");
  });

  it("is none with a tab in it and longer than a digest: its owner gets in, and it is renewed", async () => {
    const tabbed = "four tall lanterns\tnear the harbour" as Password;
    expect(await native.verify(tabbed, undigested(tabbed))).toBe("match_outdated");
  });

  it("is none with a tab in it and longer than a digest in bytes alone", async () => {
    const tabbed = "vier Störche\tam Ufer der Pegnitz" as Password;
    expect([tabbed.length, utf8(tabbed).length]).toEqual([32, 33]);
    expect(await native.verify(tabbed, undigested(tabbed))).toBe("match_outdated");
  });

  it("is another password in a hash of today, with NULs and all", async () => {
    const ending = typed(utf8(`${password}\0`));
    expect(await native.verify(ending, await native.hash(ending))).toBe("match");
    expect(await native.verify(password, await native.hash(ending))).toBe("mismatch");
  });
});

/** What somebody would have to send: only through this door are passwords made. */
function typed(bytes: Uint8Array): Password {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  const parsed = parsePassword(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

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
    ["another digest", good.replace("$scrypt$", "$scrypt-sha512$")],
  ])("is unreadable, never a match: %s", async (_, damaged) => {
    expect(await native.verify(password, damaged)).toBe("unreadable");
  });
});

/** The last letter of 32 bytes carries two bits that mean nothing: one of them is set here. */
function respelled(key: string): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return letters[letters.indexOf(key.slice(-1)) + 1] ?? "";
}

describe("ENU-02 a password that is not right costs a hash with current parameters", () => {
  const CURRENT = 2 ** 15 * 8 * 3;
  /** N*r*p of all that scrypt was asked for. */
  let work = 0;
  const engine: Engine = (_password, _salt, { ln, r, p }, length) => {
    work += 2 ** ln * r * p;
    return new Uint8Array(length);
  };
  const counting = passwordHasher(engine, random);
  const [zeros, ones] = [new Uint8Array(32), new Uint8Array(32).fill(1)];
  const hashOf = (kind: string, { ln, r, p }: Cost, key = ones) =>
    `$${kind}$ln=${ln},r=${r},p=${p}$${toBase64(salt)}$${toBase64(key)}`;

  const cost = fc
    .record({
      ln: fc.integer({ min: 1, max: 15 }),
      r: fc.integer({ min: 1, max: 16 }),
      p: fc.integer({ min: 1, max: 64 }),
    })
    .filter(({ ln, r, p }) => 2 ** ln * r * p <= 2 ** 20);

  beforeEach(() => {
    work = 0;
  });

  it("where there is no account, and where its hash is unreadable", async () => {
    await counting.verifyNothing(password);
    expect(work).toBe(CURRENT);
    expect(await counting.verify(password, "")).toBe("unreadable");
    expect(work).toBe(2 * CURRENT);
  });

  it("where the stored hash was cheaper; a dearer one costs itself, a third more at most", async () => {
    await fc.assert(
      fc.asyncProperty(cost, fc.constantFrom("scrypt", "scrypt-sha256"), async (at, kind) => {
        work = 0;
        expect(await counting.verify(password, hashOf(kind, at))).toBe("mismatch");
        expect(work).toBe(Math.max(CURRENT, 2 ** at.ln * at.r * at.p));
        expect(work).toBeLessThanOrEqual((CURRENT * 4) / 3);
      }),
    );
  });

  it("and one that is right costs its own alone, by whatever parameters", async () => {
    await fc.assert(
      fc.asyncProperty(cost, async (at) => {
        work = 0;
        const kind = hashOf("scrypt-sha256", at, zeros);
        expect(await counting.verify(password, kind)).toMatch(/^match/);
        expect(work).toBe(2 ** at.ln * at.r * at.p);
      }),
    );
  });

  it("where it is a respelling that the older kind of hash would take", async () => {
    await fc.assert(
      fc.asyncProperty(cost, async (at) => {
        work = 0;
        const ending = `${password}\0` as Password;
        expect(await counting.verify(ending, hashOf("scrypt", at, zeros))).toBe("mismatch");
        expect(work).toBe(Math.max(CURRENT, 2 ** at.ln * at.r * at.p));
      }),
    );
  });

  it("in pieces that scrypt can do, whose N is two at least, by either engine", async () => {
    const least = hashOf("scrypt", { ln: 1, r: 1, p: 4 });
    expect(await native.verify(password, least)).toBe("mismatch");
    expect(await noble.verify(password, least)).toBe("mismatch");
  });

  it("in no more pieces than there are digits", async () => {
    const pieces: Cost[] = [];
    const listing = passwordHasher((_password, _salt, at, length) => {
      pieces.push(at);
      return new Uint8Array(length);
    }, random);
    expect(await listing.verify(password, hashOf("scrypt", { ln: 10, r: 8, p: 1 }))).toBe(
      "mismatch",
    );
    expect(pieces.map(({ ln, r, p }) => [ln, r, p])).toEqual([
      [10, 8, 1],
      [15, 8, 2],
      ...[10, 11, 12, 13, 14].map((ln) => [ln, 8, 1]),
    ]);
  });
});
