import { covers } from "../../domain/access/permission.ts";
import { BUILT_IN_CATALOGUE, isBuiltIn, permissionsOf } from "../../domain/access/role.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { AccessTokenClaims } from "../../domain/tokens/access-token.ts";
import type { RoleCatalogue, Roles } from "../access/ports.ts";
import type { LiveAuthority, Liveness, TokenVerifier } from "./ports.ts";

/**
 * How old the knowledge of revocation may be: `"offline"` for signature and claims only, or a
 * number of seconds. 0 asks the account now.
 */
type MaxStaleness = "offline" | number;

export type VerifyOptions = {
  readonly maxStaleness: MaxStaleness;
  /** Permissions that are needed; wildcards held count. */
  readonly permissions?: readonly string[];
  /** The audience the token must be for; by default the configured one. */
  readonly audience?: string | undefined;
  /** True reads now what roles grant, not from a copy: for whoever is about to change something. */
  readonly rolesNow?: boolean;
};

export type Verdict = Result<AccessTokenClaims, "invalid_token" | "forbidden">;

export type VerifyDeps = {
  readonly verifier: TokenVerifier;
  readonly liveness: Liveness;
  readonly catalogue: RoleCatalogue;
  readonly roles: Roles;
};

/**
 * The one place a token is judged, for HTTP, RPC and introspection alike. Unless offline, the
 * claims of the answer carry the account's roles and permissions as they are, not the token's.
 *
 * @throws Unavailable when the account could not be asked: nothing was decided
 */
export async function verifyToken(
  deps: VerifyDeps,
  token: string,
  { maxStaleness, permissions = [], audience, rolesNow = false }: VerifyOptions,
): Promise<Verdict> {
  const presented = await deps.verifier.verify(token, audience);
  if (presented === null) return err("invalid_token");
  if (maxStaleness === "offline") return permitted(presented, permissions);
  const authority = await deps.liveness.ask(presented, maxStaleness * 1_000);
  const claims = await currentClaims(deps, presented, authority, rolesNow);
  return claims === null ? err("invalid_token") : permitted(claims, permissions);
}

const permitted = (claims: AccessTokenClaims, needed: readonly string[]): Verdict =>
  covers(claims.permissions, needed) ? ok(claims) : err("forbidden");

/**
 * The claims of a good token as the account has them, or null where it vouches for it no more.
 *
 * @param authority what the account answered
 */
export async function currentClaims(
  deps: VerifyDeps,
  claims: AccessTokenClaims,
  authority: LiveAuthority | null,
  rolesNow: boolean,
): Promise<AccessTokenClaims | null> {
  if (authority === null) return null;
  // Issued before a raise or before a secret ended: refused.
  if (claims.ver < (authority.program?.tokensFrom ?? 0)) return null;
  const { roles, version } = authority;
  const permissions = await permissionsNow(deps, authority, rolesNow);
  return { ...claims, roles, ver: version, permissions };
}

/**
 * A program's permissions are part of its object's answer: a token about to be refused must not act
 * with new ones. Built-in roles need no look-up, so an administrator can act while D1 cannot be read.
 */
async function permissionsNow(
  deps: VerifyDeps,
  { roles, program }: LiveAuthority,
  rolesNow: boolean,
): Promise<readonly string[]> {
  if (program !== undefined) return program.permissions;
  if (roles.every(isBuiltIn)) return permissionsOf(roles, BUILT_IN_CATALOGUE);
  return permissionsOf(roles, await (rolesNow ? deps.roles : deps.catalogue).named(roles));
}
