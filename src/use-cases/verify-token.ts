import type { SessionId, UserId } from "../domain/ids.ts";
import { BUILT_IN_CATALOGUE, isBuiltIn, permissionsOf } from "../domain/role.ts";
import type { Accounts, RoleCatalogue, TokenVerifier } from "./ports.ts";

/** Who is asking, and what they may do now. */
export type Caller = {
  readonly userId: UserId;
  readonly sessionId: SessionId;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
};

export type VerifyDeps = {
  readonly verifier: TokenVerifier;
  readonly accounts: Accounts;
  readonly catalogue: RoleCatalogue;
};

/**
 * Verification with a staleness of 0: the signature and claims first, then the user's object,
 * whose current roles replace the token's.
 *
 * @returns null when the token is bad, its session has ended or its user may not act
 * @throws Unavailable when the object does not answer
 */
export async function verifyLive(deps: VerifyDeps, token: string): Promise<Caller | null> {
  const claims = await deps.verifier.verify(token);
  if (claims === null) return null;
  const grant = await deps.accounts.check(claims.sub, claims.sid);
  if (grant === null) return null;
  const { roles } = grant.authority;
  return {
    userId: claims.sub,
    sessionId: claims.sid,
    roles,
    permissions: await currentPermissions(deps.catalogue, roles),
  };
}

/** Built-in roles need no look-up, so an administrator can act while D1 cannot be read. */
async function currentPermissions(
  catalogue: RoleCatalogue,
  roles: readonly string[],
): Promise<string[]> {
  return permissionsOf(roles, roles.every(isBuiltIn) ? BUILT_IN_CATALOGUE : await catalogue.all());
}
