import { parseSessionId, parseUserId, type SessionId, type UserId } from "../ids.ts";

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
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
};

/** A person's session. */
export type SessionOf = { readonly userId: UserId; readonly sessionId: SessionId };

/** The session that a token names, or null for a service account's, which has none. */
export function sessionOf({ sub, sid }: Pick<AccessTokenClaims, "sub" | "sid">): SessionOf | null {
  const [user, session] = [parseUserId(sub), parseSessionId(sid)];
  return user.ok && session.ok ? { userId: user.value, sessionId: session.value } : null;
}
