import { base64url, compactVerify, decodeProtectedHeader } from "jose";
import { parseServiceAccountId, parseSessionId, parseUserId } from "../domain/ids.ts";
import { CLOCK_LEEWAY } from "../domain/time.ts";
import type { AccessTokenClaims } from "../domain/tokens/access-token.ts";

export type VerificationKey = { readonly alg: "ES256" | "EdDSA"; readonly key: CryptoKey };

/**
 * The published key of a kid, or null.
 *
 * @param issuedAt when the token says it was issued, in Unix milliseconds, which nobody vouches for
 * yet; long ago for one that would be refused whatever key it names
 */
export type FindKey = (kid: string, issuedAt: () => number) => Promise<VerificationKey | null>;

export type Expected = {
  readonly issuer: string;
  readonly audience: string;
  /** Unix milliseconds. */
  readonly now: number;
};

/** The media type of access tokens (RFC 9068, section 2.1): nothing else the issuer signs has it. */
export const ACCESS_TOKEN_TYPE = "at+jwt";

/** Characters of a token: as many as the platform takes in a request's headers. */
export const MAX_TOKEN_LENGTH = 128 * 1024;

/**
 * Compact serialization (RFC 7515, section 7.1), strictly: jose lets white space pass, and a
 * signature whose unused last bits say something. Both our algorithms sign with 64 bytes.
 */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]{85}[AQgw]$/;

/** Fatal: a lenient one decodes every invalid byte to the same character. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Verifies an access token as RFC 9068, section 4, has it. The algorithm comes from the key that
 * the kid names, never from the header (RFC 8725, section 3.1), and a key in the header is not
 * looked at.
 *
 * @returns the claims, or null, without a reason
 */
export async function verifyAccessToken(
  token: string,
  expected: Expected,
  findKey: FindKey,
): Promise<AccessTokenClaims | null> {
  const kid = kidOf(token);
  const found = kid === null ? null : await findKey(kid, () => issueSaid(token, expected));
  if (found === null) return null;
  const claims = await verifiedPayload(token, found);
  return isAccessToken(claims) && isAcceptable(claims, expected) ? claims : null;
}

function issueSaid(token: string, expected: Expected): number {
  const claims = parsed(() => base64url.decode(token.split(".")[1] ?? ""));
  const isGood = isAccessToken(claims) && isAcceptable(claims, expected);
  return isGood ? claims.iat * 1_000 : Number.NEGATIVE_INFINITY;
}

function kidOf(token: string): string | null {
  if (token.length > MAX_TOKEN_LENGTH || !COMPACT.test(token)) return null;
  try {
    const { kid, typ, crit } = decodeProtectedHeader(token);
    // jose understands one extension, b64, which no JWT may use (RFC 7797, section 7).
    if (crit !== undefined) return null;
    // "application/" may be left out, and media types ignore case (RFC 7515, section 4.1.9).
    const type = typeof typ === "string" ? typ.toLowerCase().replace(/^application\//, "") : null;
    return type === ACCESS_TOKEN_TYPE && typeof kid === "string" ? kid : null;
  } catch {
    return null;
  }
}

async function verifiedPayload(token: string, { alg, key }: VerificationKey): Promise<unknown> {
  try {
    const { payload } = await compactVerify(token, key, { algorithms: [alg] });
    return parsed(() => payload);
  } catch {
    return null;
  }
}

function parsed(payload: () => Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(payload()));
  } catch {
    return null;
  }
}

function isAccessToken(payload: unknown): payload is AccessTokenClaims {
  if (typeof payload !== "object" || payload === null) return false;
  const claims: Partial<Record<keyof AccessTokenClaims | "nbf", unknown>> = payload;
  return (
    isText(claims.iss) &&
    isText(claims.aud) &&
    isText(claims.jti) &&
    isSeconds(claims.exp) &&
    isSeconds(claims.iat) &&
    (claims.nbf === undefined || isSeconds(claims.nbf)) &&
    isSeconds(claims.auth_time) &&
    isVersion(claims.ver) &&
    isTextList(claims.amr) &&
    (claims.acr === undefined || isText(claims.acr)) &&
    isTextList(claims.roles) &&
    isTextList(claims.permissions) &&
    isSubject(claims)
  );
}

/**
 * A person with a session, or a service account on its own behalf, which is its own client: the
 * one is never taken for the other (RFC 9700, section 4.15).
 */
function isSubject({ sub, sid, client_id }: Partial<Record<string, unknown>>): boolean {
  if (!isText(client_id)) return false;
  if (parseUserId(sub).ok) return parseSessionId(sid).ok && !parseServiceAccountId(client_id).ok;
  return parseServiceAccountId(sub).ok && sid === undefined && client_id === sub;
}

function isAcceptable(
  claims: AccessTokenClaims & { readonly nbf?: number },
  expected: Expected,
): boolean {
  const now = expected.now / 1_000;
  return (
    claims.iss === expected.issuer &&
    claims.aud === expected.audience &&
    claims.exp > now - CLOCK_LEEWAY &&
    claims.iat <= now + CLOCK_LEEWAY &&
    (claims.nbf === undefined || claims.nbf <= now + CLOCK_LEEWAY)
  );
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const isSeconds = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) > 0;
const isVersion = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isTextList = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
