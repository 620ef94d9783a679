import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { utf8 } from "../../../src/core/security/encoding.ts";
import { recoveryCodes } from "../../../src/core/security/recovery-codes.ts";
import { oneTimePasswords } from "../../../src/core/security/totp.ts";
import type { Factor } from "../../../src/domain/credentials/factor.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { secretsMaker } from "../../support/memory-service.ts";
import { SECOND, someFactorId, someSessionId, someUserId } from "../../support/samples.ts";
import { codeOf, fromBase32, wrongCode } from "../../support/totp.ts";

/** RFC 6238, appendix B: the secret of SHA-1, and times in seconds with the last six digits. */
const SHA1_SECRET = new Uint8Array(utf8("12345678901234567890"));
const VECTORS = [
  [59, "287082"],
  [1_111_111_109, "081804"],
  [1_111_111_111, "050471"],
  [1_234_567_890, "005924"],
  [2_000_000_000, "279037"],
  [20_000_000_000, "353130"],
] as const;

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const secretsOf = secretsMaker();
const NOW = Date.UTC(2026, 0, 1);

async function factor(given = random(20), secrets = secretsOf(1)) {
  const otp = oneTimePasswords(secrets, "auth.example.com", () => given);
  const [userId, id] = [someUserId(), someFactorId()];
  const { wrapped, ...shown } = await otp.create(userId, id, "ann@example.com");
  const stored: Factor = {
    id,
    kind: "totp",
    createdAt: NOW,
    begunIn: someSessionId(),
    confirmedAt: NOW,
    lastUsedAt: null,
    wrappedSecret: wrapped,
    lastStep: null,
  };
  return { otp, userId, stored, ...shown };
}

describe("one-time passwords", () => {
  it.each(VECTORS)("at %i s are the RFC's", async (seconds, code) => {
    const { otp, userId, stored, secret } = await factor(SHA1_SECRET);
    const now = seconds * SECOND;
    expect(await otp.stepOf(userId, stored, code, now)).toBe(Math.floor(seconds / 30));
    // What the other tests show is of the same kind.
    expect(codeOf(secret, 0, now)).toBe(code);
  });

  it("are taken one step either side, and told by their step", async () => {
    const { otp, userId, stored, secret } = await factor();
    const step = NOW / (30 * SECOND);
    const stepOf = (steps: number) => otp.stepOf(userId, stored, codeOf(secret, steps, NOW), NOW);
    const steps = await Promise.all([-2, -1, 0, 1, 2].map(stepOf));
    expect(steps).toEqual([null, step - 1, step, step + 1, null]);
    expect(await otp.stepOf(userId, stored, wrongCode(secret, NOW), NOW)).toBeNull();
  });

  it("come with an address that authenticators read", async () => {
    const { uri, secret } = await factor();
    const address = new URL(uri);
    expect([address.protocol, address.host]).toEqual(["otpauth:", "totp"]);
    expect(decodeURIComponent(address.pathname)).toBe("/auth.example.com:ann@example.com");
    expect(Object.fromEntries(address.searchParams)).toEqual({
      issuer: "auth.example.com",
      secret,
      algorithm: "SHA1",
      digits: "6",
      period: "30",
    });
    expect(fromBase32(secret)).toHaveLength(20);
  });

  it("are of one factor of one person: a secret is worth nothing in another place", async () => {
    const { otp, userId, stored, secret } = await factor();
    const code = codeOf(secret, 0, NOW);
    const others = [
      () => otp.stepOf(someUserId(), stored, code, NOW),
      () => otp.stepOf(userId, { ...stored, id: someFactorId() }, code, NOW),
    ];
    for (const other of others) await expect(other()).rejects.toThrow(Unavailable);
  });

  it("outlive a new root secret, under which their secret is wrapped at the next use", async () => {
    const { otp, userId, stored, secret } = await factor();
    expect(await otp.rewrapped(userId, stored)).toBeNull();
    const both = oneTimePasswords(secretsOf(2, 1), "auth.example.com", random);
    const code = codeOf(secret, 0, NOW);
    expect(await both.stepOf(userId, stored, code, NOW)).not.toBeNull();
    const wrapped = await both.rewrapped(userId, stored);
    const moved = { ...stored, wrappedSecret: wrapped ?? "" };
    const newest = oneTimePasswords(secretsOf(2), "auth.example.com", random);
    expect(await newest.stepOf(userId, moved, code, NOW)).not.toBeNull();
    await expect(newest.stepOf(userId, stored, code, NOW)).rejects.toThrow(Unavailable);
    expect(await newest.rewrapped(userId, stored)).toBeNull();
  });
});

describe("recovery codes", () => {
  it("are ten of 80 bits, in letters that nobody takes for others", () => {
    const codes = recoveryCodes(random).create();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^(?:[a-z2-7]{4}-){3}[a-z2-7]{4}$/);
    const [first = ""] = recoveryCodes(() => new Uint8Array(10).fill(255)).create();
    expect(first).toBe("7777-7777-7777-7777");
  });

  it("are the same however they are typed, and another one for another person", () => {
    const { create, hash } = recoveryCodes(random);
    const [code = "", other = ""] = create();
    const userId = someUserId();
    const typed = [code, code.toUpperCase(), code.replaceAll("-", ""), ` ${code} `];
    expect(new Set(typed.map((one) => hash(userId, one))).size).toBe(1);
    expect(hash(userId, other)).not.toBe(hash(userId, code));
    expect(hash(someUserId(), code)).not.toBe(hash(userId, code));
  });

  it("that were given out stay good: what is stored of one never changes", () => {
    const userId = someUserId();
    const stored = createHash("sha256").update(`recovery-code ${userId} abcdefgh234567ij`);
    const hash = recoveryCodes(random).hash(userId, "ABCD-efgh-2345-67ij");
    expect(hash).toBe(stored.digest("base64url"));
  });
});
