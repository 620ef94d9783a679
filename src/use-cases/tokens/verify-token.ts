import type { Actor } from "../../domain/access/actor.ts";
import { covers } from "../../domain/access/permission.ts";
import { BUILT_IN_CATALOGUE, isBuiltIn, permissionsOf } from "../../domain/access/role.ts";
import { parseSessionId, parseUserId, type SessionId, type UserId } from "../../domain/ids.ts";
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
  /** What roles grant is read now and not from a copy: for whoever is about to change something. */
  readonly rolesNow?: boolean;
};

export type Verdict =
  | { readonly ok: true; readonly claims: AccessTokenClaims }
  | { readonly ok: false; readonly code: "invalid_token" | "forbidden" };

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
  if (presented === null) return { ok: false, code: "invalid_token" };
  const claims =
    maxStaleness === "offline" ? presented : await current(deps, presented, maxStaleness, rolesNow);
  if (claims === null) return { ok: false, code: "invalid_token" };
  return covers(claims.permissions, permissions)
    ? { ok: true, claims }
    : { ok: false, code: "forbidden" };
}

async function current(
  deps: VerifyDeps,
  claims: AccessTokenClaims,
  maxStaleness: number,
  rolesNow: boolean,
): Promise<AccessTokenClaims | null> {
  const authority = await deps.liveness.ask(claims, maxStaleness * 1_000);
  if (authority === null) return null;
  // Made before a secret was ended or a raise, it may come from a secret that is no more.
  if (claims.ver < (authority.program?.tokensFrom ?? 0)) return null;
  const { roles, version } = authority;
  const permissions = await permissionsNow(deps, authority, rolesNow);
  return { ...claims, roles, ver: version, permissions };
}

/**
 * What a program may do was read with its row, in one moment: else a token that is about to be
 * refused could act with what its account was just given. Built-in roles need no look-up, so an
 * administrator can act while D1 cannot be read.
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

/**
 * The session behind a person's token, for what needs no permission: ending it must not wait for
 * what roles grant.
 *
 * @returns null when the token is no good, or no person's
 */
export async function liveSession(
  deps: Pick<VerifyDeps, "verifier" | "liveness">,
  token: string,
): Promise<Pick<UserCaller, "userId" | "sessionId"> | null> {
  const claims = await deps.verifier.verify(token);
  if (claims === null) return null;
  const [user, session] = [parseUserId(claims.sub), parseSessionId(claims.sid)];
  if (!user.ok || !session.ok || (await deps.liveness.ask(claims, 0)) === null) return null;
  return { userId: user.value, sessionId: session.value };
}

/** Who is asking, and what they may do now. */
export type Caller = Actor;

/** A caller that is a person, with the session they act in. */
export type UserCaller = Caller & { readonly userId: UserId; readonly sessionId: SessionId };

/**
 * The caller behind a token that the account itself vouches for now.
 *
 * @param rolesNow true where the caller is about to change something
 * @returns null when the token is no good
 */
export async function callerOf(
  deps: VerifyDeps,
  token: string,
  rolesNow: boolean,
): Promise<Caller | UserCaller | null> {
  const verdict = await verifyToken(deps, token, { maxStaleness: 0, rolesNow });
  if (!verdict.ok) return null;
  const { sub: id, sid, roles, permissions } = verdict.claims;
  const [user, session] = [parseUserId(id), parseSessionId(sid)];
  const caller = { id, roles, permissions };
  return user.ok && session.ok
    ? { ...caller, kind: "user", userId: user.value, sessionId: session.value }
    : { ...caller, kind: "service" };
}

export const isUser = (caller: Caller | UserCaller): caller is UserCaller => "userId" in caller;
