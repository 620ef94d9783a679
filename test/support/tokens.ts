import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { expect } from "vitest";
import type { Config } from "../../src/core/config/config.ts";
import { fromBase64Url, toBase64Url, utf8 } from "../../src/core/security/encoding.ts";
import { unwrapSigningKey } from "../../src/core/security/key-wrapping.ts";
import { currentKey } from "../../src/domain/keys/signing-key.ts";
import { database } from "../../src/persistence/d1/database.ts";
import { d1SigningKeys } from "../../src/persistence/d1/keys/signing-keys.ts";
import { type Services, servicesOf } from "../../src/services.ts";
import type { StoredSigningKey } from "../../src/use-cases/keys/ports.ts";
import { call } from "./client.ts";
import { unheard } from "./unheard.ts";

/** The service's own parts, over the bindings of the test. */
export function services(): Services {
  const wired = servicesOf(env);
  if (wired === "misconfigured") throw new Error("the test configuration is refused");
  return wired;
}

const config = (): Config => services().config;

/** The key that signs now, from D1. */
export async function currentSigningKey(): Promise<StoredSigningKey> {
  const current = currentKey(
    await d1SigningKeys(database(env.DB), unheard, Date.now).list(),
    Date.now(),
  );
  if (current === null) throw new Error("no key signs yet: sign somebody in first");
  return current;
}

type Json = Record<string, unknown>;

export const claimsOf = (token: string): Json => ({ ...decodeJwt(token) });

const encoded = (part: Json | string): string =>
  toBase64Url(utf8(typeof part === "string" ? part : JSON.stringify(part)));

/** What an access token's header says, unless a test says otherwise. */
export async function accessTokenHeader(): Promise<Json> {
  const { kid, alg } = await currentSigningKey();
  return { alg, kid, typ: "at+jwt" };
}

/** Header and payload as the signature covers them; text is taken as it is. */
export const unsigned = (header: Json | string, payload: Json | string): string =>
  `${encoded(header)}.${encoded(payload)}`;

/**
 * Signs anything with the service's own key, so that a token is bad for the one reason that the
 * test is about.
 */
export async function signedByService(
  payload: Json | string,
  header: Json | string = {},
): Promise<string> {
  const full = typeof header === "string" ? header : { ...(await accessTokenHeader()), ...header };
  return signedByServiceAsIs(unsigned(full, payload));
}

/** @param input what the signature covers, in whatever shape */
export async function signedByServiceAsIs(input: string): Promise<string> {
  const key = await unwrapSigningKey(config().secrets, await currentSigningKey());
  if (key === null) throw new Error("the signing key cannot be unwrapped");
  return signedWith(key, input);
}

/** @param key a private key for ES256 */
export async function signedWith(key: CryptoKey, input: string): Promise<string> {
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  const signature = await crypto.subtle.sign(algorithm, key, utf8(input));
  return `${input}.${toBase64Url(new Uint8Array(signature))}`;
}

/** The service refuses each of the tokens, all in the same words. */
export async function expectRefused(tokens: Record<string, string>): Promise<void> {
  for (const [name, token] of Object.entries(tokens)) {
    const reply = await call("GET", "/v1/users/me", { token });
    expect([name, reply.status, reply.body.code]).toEqual([name, 401, "invalid_token"]);
    expect(reply.headers.get("www-authenticate")).toBe('Bearer error="invalid_token"');
  }
}

export async function expectAccepted(token: string): Promise<void> {
  expect((await call("GET", "/v1/users/me", { token })).status).toBe(200);
}

/** The parts of a refresh token on the wire that are secret: 32 bytes, and the tag over all. */
export function secretParts(refreshToken: string): { secret: Uint8Array; tag: Uint8Array } {
  const bytes = refreshTokenBytes(refreshToken);
  return { secret: bytes.slice(34, 66), tag: bytes.slice(66) };
}

export function refreshTokenBytes(refreshToken: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64Url(refreshToken.replace(/^rt1\./, ""));
  if (bytes?.length !== 82) throw new Error("no refresh token");
  return bytes;
}
