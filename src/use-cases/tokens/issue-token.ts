import { countingRoles, permissionsOf, type Role } from "../../domain/access/role.ts";
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

type Issue = {
  readonly sign: (claims: AccessTokenClaims) => Promise<string>;
  readonly roles: ReadonlyMap<string, Role | null>;
  readonly userId: UserId;
  readonly sessionId: SessionId;
  readonly grant: SessionGrant;
};

export type IssuedToken = Pick<TokenPair, "accessToken" | "expiresIn" | "sessionId">;

/** Everything it needs is at hand, so that it cannot fail after the session was changed. */
export async function issueToken(
  deps: IssueDeps,
  { refreshToken, ...input }: Issue & { readonly refreshToken: string },
): Promise<TokenPair> {
  const refreshExpiresIn = secondsLeft(input.grant, deps.clock());
  return { ...(await issueAccessToken(deps, input)), refreshToken, refreshExpiresIn };
}

export async function issueAccessToken(
  deps: IssueDeps,
  { sign, roles, userId, sessionId, grant }: Issue,
): Promise<IssuedToken> {
  const now = deps.clock();
  const issuedAt = Math.floor(now / 1_000);
  // Expires with its session at the latest.
  const expiresIn = Math.min(Math.floor(deps.accessTokenTtl / 1_000), secondsLeft(grant, now));
  const counting = countingRoles(grant.authority.roles, roles, grant.acr);
  const accessToken = await sign({
    iss: deps.issuer,
    sub: userId,
    aud: grant.audience ?? deps.audience,
    exp: issuedAt + expiresIn,
    iat: issuedAt,
    jti: deps.newTokenId(),
    client_id: grant.clientId,
    sid: sessionId,
    ver: grant.authority.version,
    auth_time: Math.floor(grant.authTime / 1_000),
    amr: grant.amr,
    acr: grant.acr,
    roles: counting,
    permissions: permissionsOf(counting, roles),
  });
  return { accessToken, expiresIn, sessionId };
}

const secondsLeft = ({ expiresAt }: SessionGrant, now: number): number =>
  Math.max(0, Math.floor((expiresAt - now) / 1_000));
