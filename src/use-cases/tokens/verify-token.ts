import { countingRoles, isBuiltIn, permissionsOf, type Role } from "../../domain/access/role.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import {
  type AccessTokenClaims,
  type AskedProof,
  judgeClaims,
  type StepUpNeeded,
} from "../../domain/tokens/access-token.ts";
import type { RoleCatalogue, Roles } from "../access/ports.ts";
import type { Clock } from "../outside.ts";
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
} & AskedProof;

export type Verdict = Result<AccessTokenClaims, "invalid_token" | "forbidden" | StepUpNeeded>;

/** @property permissionsAtAal2 those that wait for a second factor among them */
export type Current = {
  readonly claims: AccessTokenClaims;
  readonly permissionsAtAal2: readonly string[];
};

export type VerifyDeps = {
  readonly verifier: TokenVerifier;
  readonly liveness: Liveness;
  readonly catalogue: RoleCatalogue;
  readonly roles: Roles;
  readonly clock: Clock;
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
  { maxStaleness, permissions = [], audience, rolesNow = false, ...asked }: VerifyOptions,
): Promise<Verdict> {
  const judge = ({ claims, permissionsAtAal2 }: Current): Verdict => {
    const found = judgeClaims(claims, permissionsAtAal2, permissions, asked, deps.clock());
    return found === "enough" ? ok(claims) : err(found);
  };
  const presented = await deps.verifier.verify(token, audience);
  if (presented === null) return err("invalid_token");
  if (maxStaleness === "offline") {
    return judge({ claims: presented, permissionsAtAal2: presented.permissions });
  }
  const authority = await deps.liveness.ask(presented, maxStaleness * 1_000);
  const current = await currentClaims(deps, presented, authority, rolesNow);
  return current === null ? err("invalid_token") : judge(current);
}

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
): Promise<Current | null> {
  if (authority === null) return null;
  // Issued before a raise or before a secret ended: refused.
  if (claims.ver < (authority.program?.tokensFrom ?? 0)) return null;
  const { roles, version, program } = authority;
  // A program's are part of its object's answer: a token about to be refused must not act with new ones.
  if (program !== undefined) {
    const { permissions } = program;
    return {
      claims: { ...claims, roles, ver: version, permissions },
      permissionsAtAal2: permissions,
    };
  }
  const catalogue = await catalogueOf(deps, roles, rolesNow);
  const counting = countingRoles(roles, catalogue, claims.acr ?? "aal1");
  const permissions = permissionsOf(counting, catalogue);
  const waits = counting.length < roles.length;
  return {
    claims: { ...claims, roles: counting, ver: version, permissions },
    permissionsAtAal2: waits ? permissionsOf(roles, catalogue) : permissions,
  };
}

/** Built-in roles need no look-up, so an administrator can act while D1 cannot be read. */
async function catalogueOf(
  { roles, catalogue }: VerifyDeps,
  names: readonly string[],
  rolesNow: boolean,
): Promise<ReadonlyMap<string, Role | null>> {
  if (names.every(isBuiltIn)) return catalogue.atHand();
  return (rolesNow ? roles : catalogue).named(names);
}
