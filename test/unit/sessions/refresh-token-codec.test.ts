import { createHash, createHmac, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromBase64Url, toBase64Url } from "../../../src/core/security/encoding.ts";
import { refreshTokenCodec } from "../../../src/core/security/refresh-token-codec.ts";
import { sessionIdOf, userIdOf } from "../../../src/domain/ids.ts";
import type { RefreshToken } from "../../../src/use-cases/sessions/ports.ts";
import { secretsOf, someSecret } from "../../support/model-secrets.ts";

const [v1, v2] = [someSecret(1), someSecret(2)];
const secrets = secretsOf(`${v2},${v1}`);
const codec = refreshTokenCodec(secrets);
const old = refreshTokenCodec(secretsOf(v1));

const userId = userIdOf(toBase64Url(randomBytes(16)));
const sessionId = sessionIdOf(toBase64Url(randomBytes(16)));
const token = codec.first(userId, sessionId, new Uint8Array(randomBytes(32)));
const text = codec.format(token);
const bytesOf = (wire: string): Uint8Array => fromBase64Url(wire.slice(4)) ?? new Uint8Array();

describe("a refresh token on the wire", () => {
  it("is read back as it was written", () => {
    expect(codec.parse(text)).toEqual(token);
    expect(token.version).toBe(2);
    expect(text).toMatch(/^rt1\.[A-Za-z0-9_-]{110}$/);
  });

  it("is made under the newest secret, and read under every one configured", () => {
    const before = old.format(old.first(userId, sessionId, token.secret));
    expect(codec.parse(before)).toMatchObject({ version: 1, userId, sessionId });
    expect([codec.newestVersion, old.newestVersion]).toEqual([2, 1]);
  });

  it("is read by those who know the secret, though they do not write with it yet", () => {
    const knowing = refreshTokenCodec(secretsOf(`${v1},${v2}`));
    expect(knowing.newestVersion).toBe(1);
    expect(knowing.parse(text)).toEqual(token);
    expect(old.parse(text)).toBeNull();
  });

  it("made under a secret of the same version elsewhere is refused", () => {
    const elsewhere = refreshTokenCodec(secretsOf(someSecret(2)));
    expect(codec.parse(elsewhere.format(token))).toBeNull();
  });

  it("is refused when any one bit of it is another", () => {
    const bytes = bytesOf(text);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const forged = bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (0x80 >> (bit & 7)) : byte));
      expect(codec.parse(`rt1.${toBase64Url(forged)}`)).toBeNull();
    }
  });

  it("is refused when a version that both know is put in place of its own", () => {
    const bytes = bytesOf(text);
    bytes.set([0, 1]);
    expect(codec.parse(`rt1.${toBase64Url(bytes)}`)).toBeNull();
  });

  it("has one spelling", () => {
    const last = text.slice(-1).charCodeAt(0);
    for (const spelling of [
      `${text.slice(0, -1)}${String.fromCharCode(last + 1)}`,
      `${text}=`,
      `${text}==`,
      `${text}\n`,
      ` ${text}`,
      text.replace("rt1.", "RT1."),
      text.replace("rt1.", "rt2."),
      text.replace("rt1.", ""),
      text.slice(0, -4),
      `${text}AAAA`,
      text.replaceAll("-", "+").replaceAll("_", "/").replace("rt1.", "rt1. "),
      "rt1.",
      "",
    ]) {
      expect(codec.parse(spelling)).toBeNull();
    }
  });

  it("is never made of noise", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 82, maxLength: 82 }), (noise) => {
        noise.set([0, 2]); // under a version that is known, so that the tag decides
        expect(codec.parse(`rt1.${toBase64Url(noise)}`)).toBeNull();
      }),
    );
  });

  it("is not made under a secret that is not configured, nor for an id that is none", () => {
    expect(() => codec.format({ ...token, version: 9 })).toThrow("secret_of_new_token_missing");
    const badId = userIdOf("short");
    expect(() => codec.format({ ...token, userId: badId })).toThrow("id_not_parsed");
  });
});

describe("the successor of a refresh token", () => {
  const successor = (from: RefreshToken, version: number): RefreshToken => {
    const next = codec.successor(from, version);
    if (next === null) throw new Error("no successor");
    return next;
  };

  it("REF-04 is the same however often it is asked for", () => {
    expect(successor(token, 2)).toEqual(successor({ ...token }, 2));
    const parsed = codec.parse(codec.format(successor(token, 2)));
    expect(parsed).toEqual(successor(token, 2));
  });

  it("is HMAC-SHA-256 of the session and the presented secret", () => {
    const subkey = secrets.subkey(2, "refresh-token-successor") ?? new Uint8Array();
    const expected = createHmac("sha256", subkey)
      .update(Buffer.from(sessionId.slice(4), "base64url"))
      .update(token.secret)
      .digest();
    expect(successor(token, 2).secret).toEqual(new Uint8Array(expected));
  });

  it("is bound to the version, the session and the token before it", () => {
    const otherSession = sessionIdOf(toBase64Url(randomBytes(16)));
    const hashes = [
      token,
      successor(token, 1),
      successor(token, 2),
      successor({ ...token, sessionId: otherSession }, 2),
      successor(successor(token, 2), 2),
    ].map((one) => codec.hash(one));
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(successor(token, 1).version).toBe(1);
  });

  it("does not exist under a secret that is not configured", () => {
    expect(codec.successor(token, 9)).toBeNull();
  });
});

it("REF-10 what is stored of a token is the SHA-256 of 256 random bits", () => {
  const expected = createHash("sha256").update(token.secret).digest("base64url");
  expect(codec.hash(token)).toBe(expected);
});
