import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { emailCodes } from "../../../src/core/security/email-codes.ts";
import { toBase64Url } from "../../../src/core/security/encoding.ts";
import {
  CODE_LIFETIME,
  MAX_CODE_TRIES,
  tryCode,
} from "../../../src/domain/credentials/code-flow.ts";
import { secretsOf, someSecret } from "../../support/model-secrets.ts";
import { emailOf, someEmail, someUserId } from "../../support/samples.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const [v1, v2] = [someSecret(1), someSecret(2)];
const codes = emailCodes(secretsOf(`${v2},${v1}`), random);
const NOW = Date.UTC(2026, 10, 28);

describe("a flow on the wire", () => {
  it("is read back, and has one length for every address, which it does not show", async () => {
    const addresses = [
      emailOf("a@b.cd"),
      someEmail(),
      emailOf(`${"x".repeat(64)}@${"y".repeat(60)}.example`),
    ];
    for (const email of addresses) {
      const { flow, text } = await codes.start(email, NOW);
      expect(text).toMatch(/^cf1\.[A-Za-z0-9_-]{411}$/);
      expect(Buffer.from(text.slice(4), "base64url").toString("latin1")).not.toContain(email);
      expect(await codes.open(text)).toEqual({ id: flow.id, email, startedAt: NOW });
    }
  });

  it("is refused when any one byte of it is another, or it was made elsewhere", async () => {
    const { text } = await codes.start(someEmail(), NOW);
    const bytes = new Uint8Array(Buffer.from(text.slice(4), "base64url"));
    for (let at = 0; at < bytes.length; at++) {
      const forged = bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
      expect(await codes.open(`cf1.${toBase64Url(forged)}`)).toBeNull();
    }
    const elsewhere = emailCodes(secretsOf(someSecret(2)), random);
    expect(await elsewhere.open(text)).toBeNull();
    for (const other of ["", "cf1.", text.slice(0, -4), `${text}AAAA`, text.slice(4)]) {
      expect(await codes.open(other)).toBeNull();
    }
  });
});

describe("a code", () => {
  it("is eight digits: others for another flow, account or version, the same each time", async () => {
    const { flow } = await codes.start(someEmail(), NOW);
    const other = await codes.start(flow.email, NOW);
    const userId = someUserId();
    const made = [
      codes.codeFor(flow.id, userId, 1),
      codes.codeFor(flow.id, userId, 2),
      codes.codeFor(flow.id, someUserId(), 1),
      codes.codeFor(other.flow.id, userId, 1),
    ];
    for (const code of made) expect(code).toMatch(/^[0-9]{8}$/);
    expect(new Set(made).size).toBe(made.length);
    expect(codes.codeFor(flow.id, userId, 1)).toBe(made[0]);
  });

  it("is made under the secret of its flow, also where another is the newest by now", async () => {
    const before = emailCodes(secretsOf(v1), random);
    const { flow } = await before.start(someEmail(), NOW);
    const userId = someUserId();
    expect(codes.codeFor(flow.id, userId, 1)).toBe(before.codeFor(flow.id, userId, 1));
    expect(emailCodes(secretsOf(v2), random).codeFor(flow.id, userId, 1)).toBeNull();
  });

  it("has its zeros in front, and is made under a version of several digits as under any", async () => {
    const late = emailCodes(secretsOf(someSecret(12)), random);
    const { flow } = await late.start(someEmail(), NOW);
    const made = Array.from({ length: 400 }, (_, version) =>
      late.codeFor(flow.id, someUserId(), version),
    );
    for (const code of made) expect(code).toMatch(/^[0-9]{8}$/);
    expect(made.some((code) => code?.startsWith("0"))).toBe(true);
  });

  it("matches itself alone, and never what there is not", () => {
    expect(codes.matches("12345678", "12345678")).toBe(true);
    for (const code of ["12345679", "1234567", "123456789", ""]) {
      expect(codes.matches(code, "12345678")).toBe(false);
      expect(codes.matches(code, null)).toBe(false);
    }
  });
});

describe("the tries at a code", () => {
  it("are five, within its time, and none once it was right", () => {
    const endsAt = NOW + CODE_LIFETIME;
    let flow = tryCode(null, endsAt, NOW);
    for (let tries = 2; tries <= MAX_CODE_TRIES; tries++) {
      expect(flow).toMatchObject({ tries: tries - 1, isSpent: false });
      flow = tryCode(flow, endsAt, NOW);
    }
    expect(tryCode(flow, endsAt, NOW)).toBeNull();
    expect(tryCode({ tries: 1, isSpent: true, endsAt }, endsAt, NOW)).toBeNull();
    expect(tryCode({ tries: 1, isSpent: false, endsAt }, endsAt, endsAt)).toBeNull();
    expect(tryCode(null, endsAt, endsAt)).toBeNull();
  });
});
