import type { Authority } from "../../domain/accounts/authority.ts";
import type { Proved } from "../../domain/assurance.ts";
import type { FactorKind, FactorProof } from "../../domain/credentials/factor.ts";
import type { Cause } from "../../domain/events/event.ts";
import type { SessionId, UserId } from "../../domain/ids.ts";
import type { OpenedWith } from "../../domain/sessions/opened-with.ts";
import type { Device, RefreshSession, TokenHash } from "../../domain/sessions/refresh-session.ts";
import type { LiveSessions, SessionGrant } from "../tokens/ports.ts";

export type SessionInfo = {
  readonly id: SessionId;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
  readonly device: Device;
  readonly replayedElsewhereAt: number | null;
};

/** A session as it begins. */
export type NewSession = OpenedWith & {
  readonly sessionId: SessionId;
  readonly token: TokenHash;
  readonly device: Device;
};

export type OpenSession = NewSession & {
  /** The row whose password was checked. */
  readonly seen: Authority;
  /** The second factor that was shown, or null where only a first was. */
  readonly second: SecondShown | null;
  readonly cause: Cause;
};

/**
 * @property flowId of the sign-in that it belongs to, which opens one session
 * @property flowEndsAt when nobody can go on with it (Unix milliseconds)
 */
export type SecondShown = {
  readonly proof: FactorProof;
  readonly flowId: string;
  readonly flowEndsAt: number;
};

/**
 * Stale: the account changed before the session was open, so the sign-in must be done again. Wrong:
 * the second factor proves nothing, or was used before. Spent: the sign-in opened its session.
 */
export type OpenAnswer =
  | { readonly kind: "opened"; readonly grant: SessionGrant }
  | { readonly kind: "second_factor_required"; readonly factors: readonly FactorKind[] }
  | { readonly kind: "stale" | "refused" | "wrong" | "spent" };

/** @property proof of a factor; null for the password, which was right */
export type StepUp = {
  readonly sessionId: SessionId;
  readonly proof: FactorProof | null;
  readonly cause: Cause;
};

export type StepUpAnswer =
  | { readonly kind: "done"; readonly grant: SessionGrant }
  | { readonly kind: "wrong" | "refused" };

export type RefreshCommand = {
  readonly sessionId: SessionId;
  /** The client that presents the token; what was issued to another is refused. */
  readonly clientId: string;
  readonly presented: string;
  readonly successor: TokenHash;
  /** Roles that can be turned into permissions without a look-up; null means any. */
  readonly knownRoles: readonly string[] | null;
  /** Where the token was presented. */
  readonly device: Device;
  readonly requestId: string | null;
};

export type RefreshAnswer =
  | {
      readonly kind: "rotated" | "replayed";
      readonly grant: SessionGrant;
      /** The version that the successor was derived under, which a replay must repeat. */
      readonly secretVersion: number;
      /** True for the first replay of a rotation that came from elsewhere. */
      readonly isNoteworthy: boolean;
    }
  | { readonly kind: "reused" | "refused" }
  /**
   * Nothing was consumed, because the user holds roles that are not known.
   *
   * @property roles what the user holds; an object that runs older code does not say
   */
  | { readonly kind: "roles_wanted"; readonly roles?: readonly string[] };

export type SessionsSelection =
  | { readonly only: SessionId }
  | { readonly allExcept: SessionId }
  | "all";

/** The sessions of one user, judged by the user's own object. An outage is `Unavailable`. */
export interface Sessions extends LiveSessions {
  openSession(userId: UserId, command: OpenSession): Promise<OpenAnswer>;
  refresh(userId: UserId, command: RefreshCommand): Promise<RefreshAnswer>;
  /** Proves again who they are, for a session that is open. */
  stepUp(userId: UserId, command: StepUp): Promise<StepUpAnswer>;
  /** True when the session is alive and the token is one that could be refreshed now. */
  holdsToken(userId: UserId, sessionId: SessionId, hash: string): Promise<boolean>;
  listSessions(userId: UserId): Promise<SessionInfo[]>;
  /** @returns how many ended */
  endSessions(userId: UserId, which: SessionsSelection, cause: Cause): Promise<number>;
}

/** A session as its user's object keeps it: hashes only. */
export type StoredSession = RefreshSession &
  OpenedWith & {
    /** Where it was opened. */
    readonly device: Device;
  };

/** The sessions of one user. Calls are synchronous: a sequence of them is never interleaved. */
export interface SessionStore {
  /** From memory, for `update` alone, which tells whether the session still exists. */
  remembered(id: SessionId): StoredSession | null;
  /** From the storage, which a decision that writes nothing must read (CFW-13). */
  find(id: SessionId): StoredSession | null;
  all(): StoredSession[];
  /** Adds a new session, which was never rotated. */
  add(session: StoredSession): void;
  /** @returns false when the session is gone; nothing is then brought back */
  update(session: StoredSession): boolean;
  /** Takes what its owner proved since. */
  prove(id: SessionId, proved: Proved): void;
  /** @returns how many ended, as the next */
  remove(id: SessionId): number;
  removeAllExcept(id: SessionId | null): number;
  /** When the next one ends (Unix milliseconds), or null when there is none. */
  nextEnd(): number | null;
}

/** A refresh token whose MAC was good. */
export type RefreshToken = {
  readonly userId: UserId;
  readonly sessionId: SessionId;
  /** The version of the root secret that it was made under. */
  readonly version: number;
  readonly secret: Uint8Array;
};

export interface RefreshTokenCodec {
  readonly newestVersion: number;
  /** Null for anything that was not made here under a known secret. */
  parse(text: string): RefreshToken | null;
  format(token: RefreshToken): string;
  /** The first token of a session. */
  first(userId: UserId, sessionId: SessionId, secret: Uint8Array): RefreshToken;
  /** The one token that follows this one under a version, or null for an unknown version. */
  successor(token: RefreshToken, version: number): RefreshToken | null;
  hash(token: RefreshToken): string;
}
