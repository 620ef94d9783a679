import { hkdfSync } from "node:crypto";
import { importJWK, type JWK } from "jose";
import { describe, expect, it } from "vitest";
import { toBase64Url, utf8 } from "../../../src/core/security/encoding.ts";
import { newUser } from "../../support/client.ts";
import { secretsOf, someSecret } from "../../support/model-secrets.ts";
import {
  accessTokenHeader,
  expectRefused,
  signedByService,
  unsigned,
} from "../../support/tokens.ts";
import nist from "../../support/vectors/nist-cavp.json";
import wycheproof from "../../support/vectors/wycheproof-ed25519.json";

/*
 * Vectors that others published, on the runtime that verifies here: jose imports the keys as it
 * does for the key ring, and leaves the rest to the runtime.
 */

const bytes = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const coordinate = (hex: string): string => toBase64Url(bytes(hex.padStart(64, "0")));
const hexOf = (n: bigint): string => n.toString(16).padStart(64, "0");

/** Of another length the runtime takes no Ed25519 signature, and throws; so does the verifier. */
const SIGNATURE_LENGTH = 64;

/** A key that is no point of its curve cannot be imported, and verifies nothing. */
async function verifies(
  jwk: JWK,
  alg: "ES256" | "EdDSA",
  signature: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const key = await importJWK(jwk, alg).catch(() => null);
  if (!(key instanceof CryptoKey)) return false;
  if (alg === "EdDSA" && signature.length !== SIGNATURE_LENGTH) {
    await expect(crypto.subtle.verify("Ed25519", key, signature, message)).rejects.toThrow();
    return false;
  }
  const parameters = alg === "ES256" ? { name: "ECDSA", hash: "SHA-256" } : { name: "Ed25519" };
  return crypto.subtle.verify(parameters, key, signature, message);
}

describe("Wycheproof: Ed25519", () => {
  it.each(wycheproof.groups)("$publicKey", async ({ publicKey, tests }) => {
    const jwk = { kty: "OKP", crv: "Ed25519", x: toBase64Url(bytes(publicKey)) };
    for (const { id, comment, message, signature, result } of tests) {
      const isGood = await verifies(jwk, "EdDSA", bytes(signature), bytes(message));
      expect([id, comment, isGood ? "valid" : "invalid"]).toEqual([id, comment, result]);
    }
  });
});

it.each(nist.ecdsa)("NIST CAVP, ECDSA P-256 SHA-256, case %#: $result $comment", async (vector) => {
  const { x, y, r, s, message, result } = vector;
  const jwk = { kty: "EC", crv: "P-256", x: coordinate(x), y: coordinate(y) };
  const signature = bytes(r.padStart(64, "0") + s.padStart(64, "0"));
  const isGood = await verifies(jwk, "ES256", signature, bytes(message));
  expect(isGood ? "valid" : "invalid").toBe(result);
});

it.each(nist.gcm)("NIST CAVP, AES-256-GCM, case %#", async (vector) => {
  const { iv, ciphertext, tag, additional, plain } = vector;
  const key = await crypto.subtle.importKey("raw", bytes(vector.key), "AES-GCM", false, [
    "decrypt",
  ]);
  const parameters = { name: "AES-GCM", iv: bytes(iv), additionalData: bytes(additional) };
  const opened = crypto.subtle.decrypt(parameters, key, bytes(ciphertext + tag));
  if (plain === null) await expect(opened).rejects.toThrow();
  else expect(new Uint8Array(await opened)).toEqual(bytes(plain));
});

it("HKDF-SHA-256 gives the subkeys that the runtime's own gives", () => {
  const configured = someSecret(7);
  const root = Buffer.from(configured.slice("v7:".length), "base64url");
  const secrets = secretsOf(configured);
  for (const label of ["refresh-token-mac", "signing-key-wrap", "inbox"] as const) {
    const expected = hkdfSync("sha256", root, "", utf8(`auth-service/${label}`), 32);
    expect(secrets.subkey(7, label)).toEqual(new Uint8Array(expected));
  }
});

/** The order of P-256's group (FIPS 186-5, SP 800-186). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

it("TOK-01 an ES256 signature outside its range is refused, over claims that were signed here", async () => {
  const user = await newUser();
  const [, payload = "", signed = ""] = user.accessToken.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
  const input = unsigned(await accessTokenHeader(), claims);
  const good = (await signedByService(claims)).split(".")[2] ?? signed;
  const hex = Buffer.from(good, "base64url").toString("hex");
  const [r, s] = [BigInt(`0x${hex.slice(0, 64)}`), BigInt(`0x${hex.slice(64)}`)];
  const top = 2n ** 256n - 1n;
  const pairs: Record<string, readonly [bigint, bigint]> = {
    "both zero": [0n, 0n],
    "r zero": [0n, s],
    "s zero": [r, 0n],
    "both one": [1n, 1n],
    "both the order": [ORDER, ORDER],
    "r the order": [ORDER, s],
    "s the order": [r, ORDER],
    "one above the order": [ORDER + 1n, ORDER + 1n],
    "one below the order": [ORDER - 1n, ORDER - 1n],
    "both as large as can be": [top, top],
    "r from the other side": [ORDER - r, s],
    swapped: [s, r],
  };
  await expectRefused(
    Object.fromEntries(
      Object.entries(pairs).map(([name, pair]) => {
        return [name, `${input}.${toBase64Url(bytes(pair.map(hexOf).join("")))}`];
      }),
    ),
  );
});
