import { compactVerify, decodeProtectedHeader, SignJWT } from "jose";
import * as z from "zod";
import { parseSessionId, parseUserId } from "../../domain/ids.ts";
import type { SigningAlg } from "../../domain/signing-key.ts";
import type { AccessTokenClaims } from "../../use-cases/ports.ts";
import { CLOCK_LEEWAY, MAX_TOKEN_LENGTH } from "../constants.ts";

/** The media type of access tokens (RFC 9068, section 2.1): nothing else we sign has it. */
const TYP = "at+jwt";

export type VerificationKey = { readonly alg: SigningAlg; readonly key: CryptoKey };

/** Signs an access token (RFC 9068). */
export function signAccessToken(
  claims: AccessTokenClaims,
  signing: VerificationKey & { readonly kid: string },
): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: signing.alg, kid: signing.kid, typ: TYP })
    .sign(signing.key);
}

export type Expected = {
  readonly issuer: string;
  readonly audience: string;
  /** Unix milliseconds. */
  readonly now: number;
};

/**
 * Verifies an access token as RFC 9068, section 4, has it. The algorithm comes from the key that
 * the kid names, never from the header (RFC 8725, section 3.1), and a key in the header is not
 * looked at.
 *
 * @param findKey the published key of that kid, or null
 * @returns the claims, or null: why is nobody's business
 */
export async function verifyAccessToken(
  token: string,
  expected: Expected,
  findKey: (kid: string) => Promise<VerificationKey | null>,
): Promise<AccessTokenClaims | null> {
  const kid = kidOf(token);
  const found = kid === null ? null : await findKey(kid);
  if (found === null) return null;
  const payload = await verifiedPayload(token, found);
  const claims = claimsSchema.safeParse(payload);
  if (!claims.success) return null;
  return isAcceptable(claims.data, expected) ? claims.data : null;
}

const seconds = z.int().positive();

const claimsSchema = z.object({
  iss: z.string(),
  sub: z.string().transform((value, context) => {
    const id = parseUserId(value);
    return id.ok ? id.value : refuse(context);
  }),
  aud: z.string(),
  exp: seconds,
  iat: seconds,
  nbf: seconds.optional(),
  jti: z.string().min(1),
  client_id: z.string().min(1),
  sid: z.string().transform((value, context) => {
    const id = parseSessionId(value);
    return id.ok ? id.value : refuse(context);
  }),
  ver: z.int().nonnegative(),
  auth_time: seconds,
  amr: z.array(z.string()),
  roles: z.array(z.string()),
  permissions: z.array(z.string()),
});

function refuse(context: z.RefinementCtx): never {
  context.addIssue({ code: "custom" });
  return z.NEVER;
}

function isAcceptable(claims: z.output<typeof claimsSchema>, expected: Expected): boolean {
  const now = expected.now / 1_000;
  return (
    claims.iss === expected.issuer &&
    claims.aud === expected.audience &&
    claims.exp > now - CLOCK_LEEWAY &&
    claims.iat <= now + CLOCK_LEEWAY &&
    (claims.nbf === undefined || claims.nbf <= now + CLOCK_LEEWAY)
  );
}

/** Compact serialization (RFC 7515, section 7.1), strictly: jose lets white space pass. */
const COMPACT = /^[\w-]+(?:\.[\w-]+){2}$/;

function kidOf(token: string): string | null {
  if (token.length > MAX_TOKEN_LENGTH || !COMPACT.test(token)) return null;
  try {
    const { kid, typ, crit } = decodeProtectedHeader(token);
    // jose understands one extension, b64, which no JWT may use (RFC 7797, section 7).
    if (crit !== undefined) return null;
    // "application/" may be left out, and media types ignore case (RFC 7515, section 4.1.9).
    const type = typeof typ === "string" ? typ.toLowerCase().replace(/^application\//, "") : null;
    return type === TYP && typeof kid === "string" ? kid : null;
  } catch {
    return null;
  }
}

async function verifiedPayload(token: string, { alg, key }: VerificationKey): Promise<unknown> {
  try {
    const { payload } = await compactVerify(token, key, { algorithms: [alg] });
    return JSON.parse(new TextDecoder().decode(payload));
  } catch {
    return null;
  }
}
