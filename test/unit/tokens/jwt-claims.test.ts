import { decodeJwt, decodeProtectedHeader, generateKeyPair } from "jose";
import { describe, expect, it } from "vitest";
import { signAccessToken } from "../../../src/core/security/jwt.ts";
import { CLOCK_LEEWAY } from "../../../src/domain/time.ts";
import {
  CLAIMS,
  EXPECTED,
  ecSigner,
  headerOf,
  type Json,
  NOW,
  part,
  signText,
  tokenOf,
  verifierOf,
} from "../../support/model-tokens.ts";

const signer = ecSigner("ours");
const verify = verifierOf(signer);
const withClaims = (claims: Json) => verify(tokenOf(signer, { ...CLAIMS, ...claims }));
/** A claim as JSON text, for what no JavaScript value can say. */
const withText = (claim: string, text: string) =>
  verify(tokenOf(signer, JSON.stringify({ ...CLAIMS, [claim]: "@" }).replace('"@"', text)));

const refusedFor = async (claim: string, values: readonly unknown[]): Promise<void> => {
  for (const value of values) {
    expect([value, await withClaims({ [claim]: value })]).toEqual([value, null]);
  }
};

it("a payload that is not UTF-8 says nothing, rather than the same as another", async () => {
  const spelled = Buffer.from(JSON.stringify({ ...CLAIMS, jti: "\u{fffd}" }));
  const mark = spelled.indexOf(Buffer.from("\u{fffd}"));
  const wrong = Buffer.concat([
    spelled.subarray(0, mark),
    Buffer.of(0xff),
    spelled.subarray(mark + 3),
  ]);
  const tokenWith = (payload: Buffer) =>
    signText(signer, `${part(headerOf(signer))}.${payload.toString("base64url")}`);
  expect(await verify(tokenWith(spelled))).toMatchObject({ jti: "\u{fffd}" });
  expect(await verify(tokenWith(wrong))).toBeNull();
  expect(await verify(tokenWith(Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), spelled])))).toBeNull();
});

describe("the audience", () => {
  it("TOK-05 is ours, exactly and alone", async () => {
    const { audience } = EXPECTED;
    await refusedFor("aud", [
      undefined,
      null,
      "",
      "https://other",
      `${audience}/`,
      audience.slice(0, -1),
      audience.toUpperCase(),
      [],
      ["https://other"],
      [audience],
      [audience, "https://other"],
      { [audience]: true },
    ]);
  });
});

describe("the issuer", () => {
  it("TOK-07 is ours, exactly", async () => {
    const { issuer } = EXPECTED;
    await refusedFor("iss", [
      undefined,
      null,
      "",
      "https://other",
      `${issuer}/`,
      issuer.slice(0, -1),
      [issuer],
      [issuer, "https://other"],
    ]);
  });
});

describe("the times", () => {
  it.each(["exp", "iat"])("TOK-06 must be there and make sense: %s", async (claim) => {
    await refusedFor(claim, [undefined, null, 0, -1, String(NOW + 1), NOW + 0.5, true, [NOW], {}]);
    expect(await withText(claim, "1e309")).toBeNull();
    expect(await withText(claim, "-1e309")).toBeNull();
    expect(await withText(claim, "1e300")).toBeNull();
  });

  it("TOK-06 include nbf when it is there, which need not be", async () => {
    await refusedFor("nbf", [null, 0, -1, String(NOW), NOW + 0.5, NOW + 3_600]);
    expect(await withText("nbf", "1e309")).toBeNull();
    expect(await withClaims({ nbf: NOW })).toMatchObject({ sub: CLAIMS.sub });
  });

  it("TOK-14 forgive half a minute, and not a second more", async () => {
    expect(CLOCK_LEEWAY).toBe(30);
    expect(await withClaims({ exp: NOW - 29 })).not.toBeNull();
    expect(await withClaims({ exp: NOW - 30 })).toBeNull();
    for (const claim of ["iat", "nbf"]) {
      expect(await withClaims({ [claim]: NOW + 30 })).not.toBeNull();
      expect(await withClaims({ [claim]: NOW + 31 })).toBeNull();
    }
  });

  it("TOK-14 are compared with the clock to the millisecond", async () => {
    const token = tokenOf(signer, { ...CLAIMS, exp: NOW });
    const at = (now: number) => verify(token, { ...EXPECTED, now });
    expect(await at((NOW + CLOCK_LEEWAY) * 1_000 - 1)).not.toBeNull();
    expect(await at((NOW + CLOCK_LEEWAY) * 1_000)).toBeNull();
  });
});

describe("who it is about", () => {
  it("TOK-15 is a user's id in its one spelling, never a client's", async () => {
    await refusedFor("sub", [
      undefined,
      "",
      "first-party",
      CLAIMS.sid,
      `${CLAIMS.sub}A`,
      [CLAIMS.sub],
    ]);
    await refusedFor("sid", [undefined, "", CLAIMS.sub, `${CLAIMS.sid} `, null]);
  });

  it.each([
    ["jti", [undefined, "", 1]],
    ["client_id", [undefined, "", null]],
    ["ver", [undefined, "3", -1, 1.5]],
    ["auth_time", [undefined, 0, String(NOW)]],
    ["amr", [undefined, "pwd", [1]]],
    ["roles", [undefined, "admin", [["admin"]], { 0: "admin" }]],
    ["permissions", [undefined, "*", [null]]],
  ])("says everything that an access token says: %s", async (claim, values) => {
    await refusedFor(claim, values);
  });
});

it("what is signed has the header of an access token, and is verified", async () => {
  const pair = await generateKeyPair("ES256");
  const token = await signAccessToken(CLAIMS, { alg: "ES256", kid: "k", key: pair.privateKey });
  expect(decodeProtectedHeader(token)).toEqual({ alg: "ES256", kid: "k", typ: "at+jwt" });
  expect(decodeJwt(token)).toEqual(CLAIMS);
});
