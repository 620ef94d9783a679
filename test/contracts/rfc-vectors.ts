import { calculateJwkThumbprint, compactVerify, importJWK, type JWK } from "jose";
import { expect, it } from "vitest";
import { verifyAccessToken } from "../../src/client/access-token.ts";
import { remoteKeys } from "../../src/client/remote-keys.ts";
import { fromBase64Url, toBase64Url } from "../../src/core/security/encoding.ts";
import { mac } from "../../src/core/security/secrets.ts";

/** RFC 7515, appendix A.3: a JWS using ECDSA P-256 SHA-256. */
const ES256_KEY = {
  kty: "EC",
  crv: "P-256",
  x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
  y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
} as const;
const CLAIMS =
  "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const ES256_TOKEN = `eyJhbGciOiJFUzI1NiJ9.${CLAIMS}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q`;

/** RFC 8037, appendix A: Ed25519 keys, their thumbprint and a signature. */
const ED25519_KEY = {
  kty: "OKP",
  crv: "Ed25519",
  x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
} as const;
const ED25519_TOKEN =
  "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

/** RFC 7519, section 6.1: an unsecured JWT. */
const UNSECURED = `eyJhbGciOiJub25lIn0.${CLAIMS}.`;

/** RFC 7517, appendix A.1: public keys for other purposes, without an algorithm of ours. */
const FOREIGN_KEYS: readonly JWK[] = [
  {
    kty: "EC",
    crv: "P-256",
    x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    use: "enc",
    kid: "1",
  },
  { kty: "oct", alg: "A128KW", k: "GawgguFyGrWKav7AX4VKUg", kid: "2" },
];

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The runtime's cryptography, on which every verdict rests, agrees with the RFCs. */
export function rfcVectors(): void {
  it.each([
    [
      new Uint8Array(20).fill(0x0b),
      "Hi There",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    ],
    [
      ascii("Jefe"),
      "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ],
  ])("RFC 4231, section 4: HMAC-SHA-256, case %#", (key, message, expected) => {
    const bytes = [...mac(key, ascii(message))];
    expect(bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")).toBe(expected);
  });

  it.each([
    ["", ""],
    ["f", "Zg"],
    ["fo", "Zm8"],
    ["foo", "Zm9v"],
    ["foob", "Zm9vYg"],
    ["fooba", "Zm9vYmE"],
    ["foobar", "Zm9vYmFy"],
    ["\u00bf\u00fe", "wr_Dvg"],
  ])("RFC 4648, section 10, without padding: %j is %j", (text, encoded) => {
    expect(toBase64Url(ascii(text))).toBe(encoded);
    expect(fromBase64Url(encoded)).toEqual(ascii(text));
  });

  it.each([
    "A",
    "AB",
    "AAA=",
    "AA==",
    "A A",
    "AAAA\n",
    "AA\0A",
    "+/+/",
    "\u0141AAA",
    "\ud800AAA",
    "ä",
  ])("RFC 4648, section 3.5: %j is nobody's spelling", (text) =>
    expect(fromBase64Url(text)).toBeNull(),
  );

  it("RFC 7515 A.3: an ES256 signature verifies, and one of another payload does not", async () => {
    const key = await importJWK(ES256_KEY, "ES256");
    const { payload } = await compactVerify(ES256_TOKEN, key, { algorithms: ["ES256"] });
    expect(JSON.parse(new TextDecoder().decode(payload))).toMatchObject({ iss: "joe" });
    const altered = ES256_TOKEN.replace(".eyJpc3Mi", ".eyJpc3Nj");
    await expect(compactVerify(altered, key)).rejects.toThrow();
  });

  it("RFC 8037 A.3 to A.5: an Ed25519 thumbprint and signature", async () => {
    const thumbprint = await calculateJwkThumbprint(ED25519_KEY);
    expect(thumbprint).toBe("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    const key = await importJWK(ED25519_KEY, "EdDSA");
    const { payload } = await compactVerify(ED25519_TOKEN, key, { algorithms: ["EdDSA"] });
    expect(new TextDecoder().decode(payload)).toBe("Example of Ed25519 signing");
  });

  it.each([
    ["RFC 7515 A.3's JWS", ES256_TOKEN],
    ["RFC 8037 A.4's JWS", ED25519_TOKEN],
    ["RFC 7519 6.1's unsecured JWT", UNSECURED],
  ])("TOK-04 %s is no access token, even when its key is known", async (_, token) => {
    const key = await importJWK(ES256_KEY, "ES256");
    const expected = { issuer: "joe", audience: "joe", now: 1_300_819_000_000 };
    expect(
      await verifyAccessToken(token, expected, async () => ({ alg: "ES256", key })),
    ).toBeNull();
  });

  it("RFC 7517 A.1: keys for other purposes verify nothing here", async () => {
    const keys = remoteKeys({
      jwksUrl: "https://issuer/jwks.json",
      fetch: async () => Response.json({ keys: FOREIGN_KEYS }),
      clock: () => 0,
    });
    const longAgo = () => Number.NEGATIVE_INFINITY;
    expect(await keys.find("1", longAgo)).toBeNull();
    expect(await keys.find("2", longAgo)).toBeNull();
  });
}
