import type { Actor } from "../../domain/access/actor.ts";
import type { AccountChange, RowAfter } from "../../domain/accounts/account-change.ts";
import type { Authority } from "../../domain/accounts/authority.ts";
import type { Email } from "../../domain/accounts/email.ts";
import type { User, UserStatus } from "../../domain/accounts/user.ts";
import type { HeldFactors, WithoutSecret } from "../../domain/credentials/factor.ts";
import type { ThrottleState } from "../../domain/credentials/throttle.ts";
import type { Cause, Event, Unnumbered } from "../../domain/events/event.ts";
import type { SessionId, UserId } from "../../domain/ids.ts";
import type { Device, RefreshPolicy } from "../../domain/sessions/refresh-session.ts";
import type {
  Credentials,
  FactorStores,
  Factors,
  ProofStore,
  Proofs,
  Prover,
} from "../credentials/ports.ts";
import type { ObjectOutbox } from "../events/ports.ts";
import type { NewSession, SessionStore, Sessions, StoredSession } from "../sessions/ports.ts";
import type { SessionGrant } from "../tokens/ports.ts";

export type NewUser = {
  readonly id: UserId;
  readonly email: Email;
  readonly name: string | null;
  readonly passwordHash: string | null;
  readonly emailVerified: boolean;
  /** Names that exist; checked by whoever grants them. */
  readonly roles: readonly string[];
  readonly now: number;
  /** When it goes, unless its address was verified by then (Unix milliseconds). */
  readonly expiresAt: number | null;
};

/** An account whose time is over. */
export type ExpiredUser = Pick<User, "id" | "version" | "emailVerified"> & {
  readonly hasPassword: boolean;
};

export type UserQuery = {
  readonly email: Email | null;
  readonly status: UserStatus | null;
  /** The last user of the page before, newest first. */
  readonly after: { readonly createdAt: number; readonly id: UserId } | null;
  readonly limit: number;
};

export interface Users extends Credentials {
  /** @param by the actor, if it is done only while they may act */
  create(user: NewUser, by?: Actor): Promise<"created" | "email_taken" | "no_such_role">;
  /** At most `limit` users, newest first. A row that cannot be read is left out, with a notice. */
  list(query: UserQuery): Promise<User[]>;
  /**
   * @param isOwn true for an actor's own account, of whom nothing is asked
   * @returns false when the user is gone, or the actor may act no more
   */
  rename(
    id: UserId,
    name: string | null,
    now: number,
    actor: Actor,
    isOwn?: boolean,
  ): Promise<boolean>;
  /**
   * Repairs a row that was spoilt by hand, so that it can be deleted.
   *
   * @returns false when there is none
   */
  mend(id: UserId, changeId: string, by: Actor): Promise<boolean>;
  /**
   * Takes accounts whose time is over, the longest first. Whatever becomes of them, they come again
   * after `until`, so that one that does not go holds up no other. One that is disabled stays, and
   * with it its address; a row that cannot be read is left out, with a notice.
   *
   * @param now Unix milliseconds, as `until`
   */
  takeExpired(now: number, limit: number, until: number): Promise<ExpiredUser[]>;
  /** At most `limit` of those with a password stay for good: nothing keeps anybody from using them. */
  keepThoseWithPassword(limit: number): Promise<void>;
  /** These stay for good. */
  keep(ids: readonly UserId[]): Promise<void>;
}

export type ChangeAnswer =
  /**
   * @property updatedAt when the row was last changed; absent when a change is asked for again, and
   *   from an object with older code
   * @property opened the session that the command asked for
   */
  | {
      readonly kind: "done";
      readonly authority: Authority;
      readonly updatedAt?: number;
      readonly opened?: SessionGrant;
    }
  | { readonly kind: "not_found" | "no_such_role" | "email_taken" | "last_admin" | "conflict" };

export type ChangeCommand = {
  /** Random: repeating a change with the same id is harmless. */
  readonly changeId: string;
  readonly change: AccountChange;
  /** The version that the change was decided on, if it must not have moved since. */
  readonly ifVersion: number | null;
  /** A session to open in the very step that makes the change. */
  readonly open?: NewSession;
  /** The session of their own that somebody changes their account in. */
  readonly inSession?: SessionId;
  /** The actor, if it is done only while they may act. */
  readonly by?: Actor;
  readonly cause: Cause;
};

/** Changes to one user's account, made by the user's own object. An outage is `Unavailable`. */
export interface Accounts {
  change(userId: UserId, command: ChangeCommand): Promise<ChangeAnswer>;
  /**
   * Takes over the row after it was changed outside the service, and ends what must end. Repeating
   * it is harmless; an account that was never used stores nothing.
   *
   * @returns "unknown" for one that was never used: its object tells of nothing either
   */
  catchUp(userId: UserId): Promise<"known" | "unknown">;
}

/** @property userId null for a note that is no user id, and so nobody's account */
export type NotedChange = { readonly seq: number; readonly userId: UserId | null };

/** The accounts that were changed outside the service, in the order in which they were noted. */
export interface ChangeFeed {
  /** The last that were noted, the newest first. */
  newest(limit: number): Promise<NotedChange[]>;
  /** @returns the oldest with a number above `after`, and below `before` where given */
  take(after: number, limit: number, before?: number): Promise<NotedChange[]>;
  /**
   * Takes away marks of the service's own changes that stand outside of any: somebody left them by
   * hand. What they hid is noted.
   *
   * @returns how many there were
   */
  clearMarks(): Promise<number>;
  /**
   * Forgets exactly these: an account noted again meanwhile has another entry.
   *
   * @param untold accounts whose objects tell of nothing: of those whose rows are gone, their
   *   deletion is told in the same step, and once however often they are noted
   */
  forget(seqs: readonly number[], untold?: readonly UserId[]): Promise<void>;
  /** Moves these behind all others, so that one that always fails holds up nobody. */
  postpone(seqs: readonly number[]): Promise<void>;
}

/**
 * A session as its object keeps it, without its hashes.
 *
 * @property rotated when its token was last replaced, and from where; null for the first token
 */
type HeldSession = Omit<StoredSession, "current" | "rotation"> & {
  readonly rotated: { readonly at: number; readonly by: Device } | null;
};

/** All that a user's own object holds of them, but for hashes and shared secrets. */
export type Held = {
  readonly sessions: readonly HeldSession[];
  /** As the row had it; undefined where the object does not know its user yet. */
  readonly verifiedEmail: AuthorityCopy["verifiedEmail"];
  readonly factors: readonly WithoutSecret[];
  readonly recoveryCodesLeft: HeldFactors["recoveryCodesLeft"];
  readonly failedProofs: readonly { readonly by: Prover; readonly state: ThrottleState }[];
  /** Those that are not known to be stored. */
  readonly events: readonly Event[];
};

/** All that a user's own object judges. */
export type UserObjects = Accounts &
  Sessions &
  Proofs &
  Factors & {
    /**
     * What is held, and the event of its export in the same step.
     *
     * @returns null when the user was deleted
     */
    exportHeld(userId: UserId, cause: Cause): Promise<Held | null>;
    /** Forgets events that were stored. */
    confirmEvents(userId: UserId, places: readonly number[]): Promise<void>;
  };

/** What the user's object does to D1. */
export interface AccountRecord {
  /** The row's authority on the primary, or null when the account is gone. */
  read(userId: UserId): Promise<RowAfter | null>;
  /** One atomic conditional update, and the row that it left. Repeating it changes nothing. */
  apply(
    userId: UserId,
    change: AccountChange,
    changeId: string,
    base: number,
    now: number,
    requireVerifiedEmail: boolean,
    by?: Actor,
  ): Promise<RowAfter | null>;
  /**
   * Moves the row past `base`, unless the change already did, so that an update whose reply was
   * lost can no longer land later.
   */
  fence(userId: UserId, fenceId: string, base: number): Promise<RowAfter | null>;
}

/** The part of the configuration that every call to a user's object carries. */
export type AccountPolicy = {
  readonly refresh: RefreshPolicy;
  /** Milliseconds. */
  readonly authorityMaxAge: number;
  readonly maxSessions: number;
  readonly requireVerifiedEmail: boolean;
};

/** What every call to a user's object carries: the policy, and the id, which it does not know. */
export type Addressed = { readonly userId: UserId; readonly policy: AccountPolicy };

/** What the object knows of its user. */
export type AuthorityCopy = {
  readonly authority: Authority;
  /** As the row had it. Undefined, too, in a copy by older code and in a tombstone. */
  readonly verifiedEmail?: RowAfter["verifiedEmail"];
  /** As the row had it. Absent from a copy by older code, and from a tombstone. */
  readonly factorsVoidAt?: number;
  /** When D1 last said so, in Unix milliseconds. */
  readonly checkedAt: number;
  /** The change that made this version, so that one asked for twice is made once. */
  readonly changeId: string;
  /** When a tombstone may go: no token that names the user can be alive then. */
  readonly forgetAt: number | null;
};

/**
 * A change that was begun: what a restart needs to find out how it ended.
 *
 * @property to absent where older code began it, as the next
 * @property event of the change, once it is known to be made
 */
export type Intent = {
  readonly changeId: string;
  readonly base: number;
  readonly to?: Addressed;
  readonly event?: Unnumbered;
};

/** The object's own copy of its user's authority. Calls are synchronous. */
export interface AuthorityStore {
  /** Null in an object that never knew its user: it has no tables either. */
  copy(): AuthorityCopy | null;
  intent(): Intent | null;
  begin(intent: Intent): void;
  /** Takes an authority as read now, which settles whatever was begun. */
  settle(copy: AuthorityCopy): void;
}

/** What the judge of a user keeps, and what it asks of whatever runs it. */
export interface UserStore {
  readonly authority: AuthorityStore;
  readonly sessions: SessionStore;
  readonly proofs: ProofStore;
  readonly secondFactors: FactorStores;
  readonly outbox: ObjectOutbox;
  /** All that `work` stores, or nothing of it when it throws. */
  atomically(work: () => void): void;
  /** Nothing else begins here until `work` is done. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** Sets the alarm, in place of the one before (Unix milliseconds). */
  wakeAt(time: number): void;
  /** Removes everything. */
  erase(): Promise<void>;
}
