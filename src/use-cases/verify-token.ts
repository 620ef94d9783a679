import type { AccessTokenClaims } from "../domain/access-token.ts";
import type { Authority } from "../domain/authority.ts";
import { parseSessionId, parseUserId, type SessionId, type UserId } from "../domain/ids.ts";
import { covers } from "../domain/permission.ts";
import { BUILT_IN_CATALOGUE, isBuiltIn, permissionsOf } from "../domain/role.ts";
import type { Liveness, RoleCatalogue, TokenVerifier } from "./ports.ts";

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
};

export type Verdict =
  | { readonly ok: true; readonly claims: AccessTokenClaims }
  | { readonly ok: false; readonly code: "invalid_token" | "forbidden" };

export type VerifyDeps = {
  readonly verifier: TokenVerifier;
  readonly liveness: Liveness;
  readonly catalogue: RoleCatalogue;
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
  { maxStaleness, permissions = [], audience }: VerifyOptions,
): Promise<Verdict> {
  const presented = await deps.verifier.verify(token, audience);
  if (presented === null) return { ok: false, code: "invalid_token" };
  const claims =
    maxStaleness === "offline" ? presented : await current(deps, presented, maxStaleness);
  if (claims === null) return { ok: false, code: "invalid_token" };
  return covers(claims.permissions, permissions)
    ? { ok: true, claims }
    : { ok: false, code: "forbidden" };
}

async function current(
  deps: VerifyDeps,
  claims: AccessTokenClaims,
  maxStaleness: number,
): Promise<AccessTokenClaims | null> {
  const authority = await deps.liveness.ask(claims, maxStaleness * 1_000);
  if (authority === null) return null;
  const { roles, version } = authority;
  return { ...claims, roles, ver: version, permissions: await permissionsNow(deps, authority) };
}

/** Built-in roles need no look-up, so an administrator can act while D1 cannot be read. */
async function permissionsNow(
  { catalogue }: VerifyDeps,
  { roles }: Pick<Authority, "roles">,
): Promise<string[]> {
  return permissionsOf(
    roles,
    roles.every(isBuiltIn) ? BUILT_IN_CATALOGUE : await catalogue.named(roles),
  );
}

/** Who is asking, and what they may do now. */
export type Caller = {
  /** `usr_…` or `svc_…`. */
  readonly id: string;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
};

/** A caller that is a person, with the session they act in. */
export type UserCaller = Caller & { readonly userId: UserId; readonly sessionId: SessionId };

/**
 * The caller behind a token that the account itself vouches for now.
 *
 * @returns null when the token is no good
 */
export async function callerOf(
  deps: VerifyDeps,
  token: string,
): Promise<Caller | UserCaller | null> {
  const verdict = await verifyToken(deps, token, { maxStaleness: 0 });
  if (!verdict.ok) return null;
  const { sub: id, sid, roles, permissions } = verdict.claims;
  const [user, session] = [parseUserId(id), parseSessionId(sid)];
  const caller = { id, roles, permissions };
  return user.ok && session.ok
    ? { ...caller, userId: user.value, sessionId: session.value }
    : caller;
}

export const isUser = (caller: Caller | UserCaller): caller is UserCaller => "userId" in caller;
