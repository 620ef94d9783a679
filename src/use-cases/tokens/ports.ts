import type { Authority } from "../../domain/accounts/authority.ts";
import type { ProgramAuthority } from "../../domain/clients/service-account.ts";
import type { ServiceAccountId, SessionId, UserId } from "../../domain/ids.ts";
import type { OpenedWith } from "../../domain/sessions/opened-with.ts";
import type { AccessTokenClaims } from "../../domain/tokens/access-token.ts";

export interface TokenSigner {
  /** Prepares a signature, so that what follows cannot fail for want of a key. */
  prepare(): Promise<(claims: AccessTokenClaims) => Promise<string>>;
}

export interface TokenVerifier {
  /**
   * The claims of a token that was issued here and is in date, or null.
   *
   * @param audience by default the configured one
   */
  verify(token: string, audience?: string): Promise<AccessTokenClaims | null>;
}

/** Roles as they are now, and the version that says so. */
export type LiveAuthority = Pick<Authority, "roles" | "version"> & {
  /**
   * Of a service account: what its roles granted then, and the version of its oldest good tokens.
   */
  readonly program?: Pick<ProgramAuthority, "permissions" | "tokensFrom">;
};

/** Whether the account and session behind a good token still stand. */
export interface Liveness {
  /**
   * @param maxAge milliseconds that the answer may be old; 0 asks now
   * @returns null when the session has ended or the account may not act
   */
  ask(claims: AccessTokenClaims, maxAge: number): Promise<LiveAuthority | null>;
}

/** What an access token of a session is made from. */
export type SessionGrant = OpenedWith & {
  readonly authority: Authority;
  readonly createdAt: number;
  readonly expiresAt: number;
};

/** Whether a person's session lives. */
export interface LiveSessions {
  /** The grant of a session that is alive, or null. */
  check(userId: UserId, sessionId: SessionId): Promise<SessionGrant | null>;
}

/** Whether a service account may act. */
export interface LivePrograms {
  /** Null for one that there is not. */
  find(id: ServiceAccountId): Promise<ProgramAuthority | null>;
}
