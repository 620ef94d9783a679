import { permissionsOf, type Role } from "../../domain/access/role.ts";
import type { SessionId, UserId } from "../../domain/ids.ts";
import type { AccessTokenClaims } from "../../domain/tokens/access-token.ts";
import type { Clock } from "../outside.ts";
import type { SessionGrant } from "./ports.ts";

export type TokenPair = {
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly refreshToken: string;
  /** Seconds until the session ends if it is not used. */
  readonly refreshExpiresIn: number;
  readonly sessionId: SessionId;
};

export type IssueDeps = {
  readonly clock: Clock;
  readonly newTokenId: () => string;
  readonly issuer: string;
  readonly audience: string;
  /** Milliseconds. */
  readonly accessTokenTtl: number;
};

/** Everything it needs is at hand, so that it cannot fail after the session was changed. */
export async function issueToken(
  deps: IssueDeps,
  input: {
    readonly sign: (claims: AccessTokenClaims) => Promise<string>;
    readonly roles: ReadonlyMap<string, Role | null>;
    readonly userId: UserId;
    readonly sessionId: SessionId;
    readonly grant: SessionGrant;
    readonly refreshToken: string;
  },
): Promise<TokenPair> {
  const { grant } = input;
  const now = deps.clock();
  const issuedAt = Math.floor(now / 1_000);
  const refreshExpiresIn = Math.max(0, Math.floor((grant.expiresAt - now) / 1_000));
  // Expires with its session at the latest.
  const expiresIn = Math.min(Math.floor(deps.accessTokenTtl / 1_000), refreshExpiresIn);
  const accessToken = await input.sign({
    iss: deps.issuer,
    sub: input.userId,
    aud: grant.audience ?? deps.audience,
    exp: issuedAt + expiresIn,
    iat: issuedAt,
    jti: deps.newTokenId(),
    client_id: grant.clientId,
    sid: input.sessionId,
    ver: grant.authority.version,
    auth_time: Math.floor(grant.authTime / 1_000),
    amr: grant.amr,
    roles: grant.authority.roles,
    permissions: permissionsOf(grant.authority.roles, input.roles),
  });
  return {
    accessToken,
    expiresIn,
    refreshToken: input.refreshToken,
    refreshExpiresIn,
    sessionId: input.sessionId,
  };
}
