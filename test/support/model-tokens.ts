import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from "node:crypto";
import { importJWK } from "jose";
import {
  type Expected,
  type VerificationKey,
  verifyAccessToken,
} from "../../src/client/access-token.ts";
import { sessionIdOf, userIdOf } from "../../src/domain/ids.ts";
import type { AccessTokenClaims } from "../../src/domain/tokens/access-token.ts";

/** Access tokens made by hand, so that any part of them can be wrong. Times are Unix seconds. */

export type Json = Record<string, unknown>;

export const NOW = 1_800_000_000;
export const EXPECTED: Expected = {
  issuer: "https://issuer",
  audience: "https://api",
  now: NOW * 1_000,
};

export const CLAIMS: AccessTokenClaims = {
  iss: EXPECTED.issuer,
  sub: userIdOf("A".repeat(22)),
  aud: EXPECTED.audience,
  exp: NOW + 600,
  iat: NOW,
  jti: "token-1",
  client_id: "first-party",
  sid: sessionIdOf("A".repeat(22)),
  ver: 3,
  auth_time: NOW - 60,
  amr: ["pwd"],
  roles: ["user"],
  permissions: [],
};

export type Signer = { readonly kid: string; readonly alg: string; readonly privateKey: KeyObject };

export const ecSigner = (kid: string): Signer => ({
  kid,
  alg: "ES256",
  privateKey: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
});

export const edSigner = (kid: string): Signer => ({
  kid,
  alg: "EdDSA",
  privateKey: generateKeyPairSync("ed25519").privateKey,
});

export const publicKeyOf = ({ privateKey }: Signer): KeyObject =>
  createPublicKey(createPrivateKey(privateKey.export({ format: "pem", type: "pkcs8" })));

export const headerOf = ({ alg, kid }: Signer): Json => ({ alg, kid, typ: "at+jwt" });

export const part = (value: Json | string): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** Signs what it is given, whatever that is, with the key's own algorithm. */
export function signText(signer: Signer, input: string): string {
  const hash = signer.alg === "ES256" ? "sha256" : null;
  const key = { key: signer.privateKey, dsaEncoding: "ieee-p1363" as const };
  return `${input}.${sign(hash, Buffer.from(input), key).toString("base64url")}`;
}

export const tokenOf = (
  signer: Signer,
  payload: Json | string = CLAIMS,
  header: Json = headerOf(signer),
): string => signText(signer, `${part(header)}.${part(payload)}`);

/** Verifies against the keys of these signers, found by kid. */
export function verifierOf(...signers: readonly Signer[]) {
  return (token: string, expected: Expected = EXPECTED): Promise<AccessTokenClaims | null> =>
    verifyAccessToken(token, expected, async (kid): Promise<VerificationKey | null> => {
      const signer = signers.find((one) => one.kid === kid);
      if (signer === undefined) return null;
      const jwk = publicKeyOf(signer).export({ format: "jwk" });
      const alg = signer.alg === "ES256" ? "ES256" : "EdDSA";
      const key = await importJWK(jwk, alg);
      if (key instanceof Uint8Array) throw new Error("a symmetric key");
      return { alg, key };
    });
}
