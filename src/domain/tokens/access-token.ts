import { covers } from "../access/permission.ts";
import type { Acr, Proved } from "../assurance.ts";
import { parseSessionId, parseUserId, type SessionId, type UserId } from "../ids.ts";
import { CLOCK_LEEWAY } from "../time.ts";

/** The claims of an access token (RFC 9068, section 2.2). Times are Unix seconds. */
export type AccessTokenClaims = {
  readonly iss: string;
  /** `usr_…` for a person, `svc_…` for a service account: never one for the other. */
  readonly sub: string;
  readonly aud: string;
  readonly exp: number;
  readonly iat: number;
  readonly jti: string;
  /** `first-party` for a person's own sign-in, else the service account's own id. */
  readonly client_id: string;
  /** The session; a service account has none. */
  readonly sid?: string;
  /** The version of the account's authority. */
  readonly ver: number;
  readonly auth_time: number;
  /** How the caller proved who it is (RFC 8176); empty for a service account. */
  readonly amr: readonly string[];
  /** What that amounts to, of a person; absent from tokens of older code. */
  readonly acr?: Acr;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
};

/** How a person proved who they are, as a token says. */
export const provedBy = ({
  amr,
  acr = "aal1",
  auth_time,
}: Pick<AccessTokenClaims, "amr" | "acr" | "auth_time">): Proved => ({
  amr,
  acr,
  authTime: auth_time * 1_000,
});

/**
 * What is asked of a proof (RFC 9470).
 *
 * @property maxAge seconds since it
 */
export type AskedProof = {
  readonly acr?: Acr | undefined;
  readonly maxAge?: number | undefined;
};

/** The token is good, and what was proved is not enough (RFC 9470): what has to be. */
export type StepUpNeeded = AskedProof & { readonly code: "insufficient_user_authentication" };

export const stepUpNeeded = ({ acr, maxAge }: AskedProof): StepUpNeeded => ({
  code: "insufficient_user_authentication",
  ...(acr === undefined ? {} : { acr }),
  ...(maxAge === undefined ? {} : { maxAge }),
});

/**
 * Whether a token says enough of how its holder proved who they are. A service account never
 * does: its secret is no password, and it has no second factor.
 *
 * @param now Unix milliseconds
 */
function provesEnough(
  claims: Pick<AccessTokenClaims, "sid" | "acr" | "auth_time">,
  { acr, maxAge }: AskedProof,
  now: number,
): boolean {
  if (acr === "aal2" && claims.acr !== "aal2") return false;
  if (claims.sid === undefined) return acr === undefined && maxAge === undefined;
  if (maxAge === undefined) return true;
  const age = now / 1_000 - claims.auth_time;
  return age >= -CLOCK_LEEWAY && age <= maxAge;
}

/**
 * Whether a good token is enough for what is asked, by permissions and proof.
 *
 * @param permissionsAtAal2 what its holder would have with a second factor, as far as that is known
 */
export function judgeClaims(
  claims: Pick<AccessTokenClaims, "sid" | "acr" | "auth_time" | "permissions">,
  permissionsAtAal2: readonly string[],
  needed: readonly string[],
  asked: AskedProof,
  now: number,
): "enough" | "forbidden" | StepUpNeeded {
  const { sid, acr, permissions } = claims;
  // A second factor is asked for first: roles may wait for it that the token does not name.
  const waits = asked.acr === "aal2" && sid !== undefined && acr !== "aal2";
  if (!waits && !covers(permissionsAtAal2, needed)) return "forbidden";
  if (!waits && !covers(permissions, needed)) return stepUpNeeded({ ...asked, acr: "aal2" });
  if (provesEnough(claims, asked, now)) return "enough";
  // In a session with two factors the password alone proves nothing anew.
  return stepUpNeeded(acr === "aal2" ? { ...asked, acr } : asked);
}

/** A person's session. */
export type SessionOf = { readonly userId: UserId; readonly sessionId: SessionId };

/** The session that a token names, or null for a service account's, which has none. */
export function sessionOf({ sub, sid }: Pick<AccessTokenClaims, "sub" | "sid">): SessionOf | null {
  const [user, session] = [parseUserId(sub), parseSessionId(sid)];
  return user.ok && session.ok ? { userId: user.value, sessionId: session.value } : null;
}
