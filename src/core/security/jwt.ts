import { CompactSign } from "jose";
import { ACCESS_TOKEN_TYPE, type VerificationKey } from "../../client/access-token.ts";
import type { AccessTokenClaims } from "../../domain/tokens/access-token.ts";
import { utf8 } from "./encoding.ts";

/** Signs an access token (RFC 9068). It is verified by the code that other Workers import. */
export function signAccessToken(
  claims: AccessTokenClaims,
  signing: VerificationKey & { readonly kid: string },
): Promise<string> {
  return new CompactSign(utf8(JSON.stringify(claims)))
    .setProtectedHeader({ alg: signing.alg, kid: signing.kid, typ: ACCESS_TOKEN_TYPE })
    .sign(signing.key);
}
