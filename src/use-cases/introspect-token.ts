import type { AccessTokenClaims } from "../domain/access-token.ts";
import type { Accounts } from "./ports.ts";
import type { RefreshTokenCodec } from "./refresh-token.ts";
import { type VerifyDeps, verifyToken } from "./verify-token.ts";

export type IntrospectDeps = VerifyDeps & {
  readonly accounts: Accounts;
  readonly refreshTokens: RefreshTokenCodec;
};

export type Introspection =
  | { readonly kind: "access_token"; readonly claims: AccessTokenClaims }
  /** @property exp Unix seconds */
  | { readonly kind: "refresh_token"; readonly sub: string; readonly exp: number }
  | { readonly kind: "inactive" };

/** What a token is worth now (RFC 7662): the account behind it is asked. */
export async function introspectToken(deps: IntrospectDeps, token: string): Promise<Introspection> {
  const refreshToken = deps.refreshTokens.parse(token);
  if (refreshToken === null) {
    const verdict = await verifyToken(deps, token, { maxStaleness: 0 });
    return verdict.ok ? { kind: "access_token", claims: verdict.claims } : { kind: "inactive" };
  }
  const { userId, sessionId } = refreshToken;
  const [holds, grant] = await Promise.all([
    deps.accounts.holdsToken(userId, sessionId, deps.refreshTokens.hash(refreshToken)),
    deps.accounts.check(userId, sessionId),
  ]);
  return holds && grant !== null
    ? { kind: "refresh_token", sub: userId, exp: Math.floor(grant.expiresAt / 1_000) }
    : { kind: "inactive" };
}
