import type { Authority } from "../../domain/accounts/authority.ts";
import type { Email } from "../../domain/accounts/email.ts";
import type { Acr } from "../../domain/assurance.ts";
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
  /** Of a person: what a session of theirs must reach. */
  readonly accountAcr?: Acr;
};

/** What a person may be called by. */
type Named = {
  /**
   * Absent unless it was asked for. Null where nobody verified it; undefined where the person's
   * object does not know.
   */
  readonly verifiedEmail?: Email | null | undefined;
};

export type LiveAccount = LiveAuthority & Named;

/** Whether the account and session behind a good token still stand. */
export interface Liveness {
  /**
   * @param maxAge milliseconds that the answer may be old; 0 asks now
   * @returns null when the session has ended or the account may not act
   */
  ask(claims: AccessTokenClaims, maxAge: number): Promise<LiveAuthority | null>;
  /** Asks now, and for a person's address too. */
  askWithEmail(claims: AccessTokenClaims): Promise<LiveAccount | null>;
}

/** What an access token of a session is made from. */
export type SessionGrant = OpenedWith & {
  readonly authority: Authority;
  readonly createdAt: number;
  readonly expiresAt: number;
};

/** @property accountAcr what the account asks of a session; older code does not say */
export type CheckedSession = SessionGrant & Named & { readonly accountAcr?: Acr };

/** Whether a person's session lives. */
export interface LiveSessions {
  /**
   * The grant of a session that is alive, or null.
   *
   * @param withEmail true asks for the person's address too
   */
  check(userId: UserId, sessionId: SessionId, withEmail?: boolean): Promise<CheckedSession | null>;
}

/** What service accounts may do now; one that is disabled is found, too. */
export interface LivePrograms {
  /** Null for one that there is not. */
  find(id: ServiceAccountId): Promise<ProgramAuthority | null>;
}
