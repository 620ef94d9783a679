import type { AccessTokenClaims } from "../domain/access-token.ts";
import { type VerifyDeps, verifyToken } from "./verify-token.ts";

/**
 * What an access token is worth now (RFC 7662): the account behind it is asked. A refresh token is
 * worth nothing to whoever asks here, or a resource server would take it for an access token: only
 * the client that it was issued to may hear more (section 4), and that one is public.
 *
 * @returns null for a token that is not active, whatever it is
 */
export async function introspectToken(
  deps: VerifyDeps,
  token: string,
): Promise<AccessTokenClaims | null> {
  const verdict = await verifyToken(deps, token, { maxStaleness: 0 });
  return verdict.ok ? verdict.claims : null;
}
