import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { toBase64Url } from "../../../src/core/security/encoding.ts";
import { mailTokenCodec } from "../../../src/core/security/mail-token.ts";
import { sealed } from "../../../src/core/security/tagged-token.ts";
import type { MailToken } from "../../../src/domain/accounts/mail-token.ts";
import { secretsOf, someSecret } from "../../support/model-secrets.ts";
import { emailOf, someEmail, someUserId } from "../../support/samples.ts";

const [v1, v2] = [someSecret(1), someSecret(2)];
const codec = mailTokenCodec(secretsOf(`${v2},${v1}`));
const old = mailTokenCodec(secretsOf(v1));

const token = (given: Partial<MailToken> = {}): MailToken => ({
  purpose: "reset",
  userId: someUserId(),
  accountVersion: 7,
  expiresAt: Date.UTC(2026, 10, 28),
  newEmail: null,
  ...given,
});

const bytesOf = (text: string): Uint8Array => Buffer.from(text.slice(4), "base64url");
const changed = token({ purpose: "change_email", newEmail: someEmail() });

describe("a mail token on the wire", () => {
  it.each([
    token({ purpose: "verify" }),
    token(),
    token({ purpose: "invite", accountVersion: Number.MAX_SAFE_INTEGER }),
    changed,
    token({
      purpose: "change_email",
      newEmail: emailOf(`${"a".repeat(64)}@${`${"b".repeat(61)}.`.repeat(3)}com`),
    }),
  ])("is read back as it was written: %o", (one) => {
    expect(codec.parse(codec.format(one))).toEqual(one);
    expect(codec.format(one)).toBe(codec.format(one));
  });

  it("has one length for all that carry no address", () => {
    for (const purpose of ["verify", "reset", "invite"] as const) {
      expect(codec.format(token({ purpose }))).toMatch(/^mt1\.[A-Za-z0-9_-]{68}$/);
    }
  });

  it("is read under every secret configured, and no other", () => {
    const before = token();
    expect(codec.parse(old.format(before))).toEqual(before);
    expect(old.parse(codec.format(before))).toBeNull();
    const elsewhere = mailTokenCodec(secretsOf(someSecret(2)));
    expect(codec.parse(elsewhere.format(before))).toBeNull();
  });

  it.each([token(), changed])("is refused when any one bit of it is another: %o", (one) => {
    const bytes = bytesOf(codec.format(one));
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const forged = bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (0x80 >> (bit & 7)) : byte));
      expect(codec.parse(`mt1.${toBase64Url(forged)}`)).toBeNull();
    }
  });

  it("is refused when it is cut, longer, spelt otherwise or something else", () => {
    const text = codec.format(changed);
    for (let length = 0; length < text.length; length++) {
      expect(codec.parse(text.slice(0, length))).toBeNull();
    }
    for (const other of [`${text}A`, `${text}=`, ` ${text}`, `MT1.${text.slice(4)}`, "", "mt1."]) {
      expect(codec.parse(other)).toBeNull();
    }
    expect(codec.parse(`mt1.${"A".repeat(1_000)}`)).toBeNull();
  });

  it("is refused, though it was made here, with an address where none belongs", () => {
    expect(codec.parse(codec.format(token({ newEmail: someEmail() })))).toBeNull();
    expect(codec.parse(codec.format({ ...changed, newEmail: null }))).toBeNull();
  });
});

describe("a mail token that was sealed here", () => {
  const kind = { prefix: "mt1.", label: "mail-token-mac" } as const;
  const HEAD = 33; // purpose, account, version, expiry
  const made = (body: Uint8Array) => codec.parse(sealed(secretsOf(`${v2},${v1}`), kind, body));
  const head = () => Buffer.from(bytesOf(codec.format(changed)).subarray(2, 2 + HEAD));

  it("is refused without one of its parts, or with an address that is none or is spelt otherwise", () => {
    for (const length of [0, 1, HEAD - 1]) expect(made(head().subarray(0, length))).toBeNull();
    const long = `${"a".repeat(64)}@${`${"b".repeat(61)}.`.repeat(3)}community`;
    for (const address of ["no address", "Ada@example.com", long]) {
      expect(made(Buffer.concat([head(), Buffer.from(address)]))).toBeNull();
    }
    expect(made(Buffer.concat([head(), Buffer.from("ada@example.com")]))).not.toBeNull();
  });
});
