import type { Actor } from "../domain/access/actor.ts";
import type { Role } from "../domain/access/role.ts";
import type { AccountChange, RowAfter } from "../domain/accounts/account-change.ts";
import type { Authority } from "../domain/accounts/authority.ts";
import type { Email } from "../domain/accounts/email.ts";
import type { User, UserStatus } from "../domain/accounts/user.ts";
import type { ClientSecret, Maker, ServiceAccount } from "../domain/clients/service-account.ts";
import type { Password, PasswordWeakness } from "../domain/credentials/password.ts";
import type { ThrottleState } from "../domain/credentials/throttle.ts";
import type { ServiceAccountId, SessionId, UserId } from "../domain/ids.ts";
import type { SigningAlg, SigningKey } from "../domain/keys/signing-key.ts";
import type { Device, RefreshPolicy, TokenHash } from "../domain/sessions/refresh-session.ts";
import type { AccessTokenClaims } from "../domain/tokens/access-token.ts";

/**
 * A store or a peer did not answer, so the outcome is unknown. Every adapter throws this and
 * nothing else for an outage; the API answers 503. Refusals are results, never thrown.
 */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
  readonly dependency: string;

  constructor(dependency: string, cause?: unknown) {
    super(`${dependency} is unavailable`, { cause });
    this.dependency = dependency;
  }
}

/**
 * What cannot be unless somebody made a mistake, in the code or in D1 by hand. It is no outage,
 * so the API answers 500. Of its texts the log shows the code, and what it is about.
 */
export class Impossible extends Error {
  override readonly name = "Impossible";
  readonly code: string;
  readonly about: string | null;

  /**
   * @param code a constant: nothing that was read or sent
   * @param about the id of a row, or names in the schema, for the log
   */
  constructor(code: string, about: string | null = null) {
    super(code);
    this.code = code;
    this.about = about;
  }
}

/** Unix milliseconds. */
export type Clock = () => number;
/** Cryptographically secure. */
export type RandomBytes = (length: number) => Uint8Array<ArrayBuffer>;
/** Work that begins after the reply, or at least does not hold it up, and may be lost. */
export type Defer = (work: () => Promise<unknown>) => void;

/** What an operator should hear of. It carries ids only, never what identifies a person. */
export type Notice =
  | {
      readonly event: "refresh_token_reused" | "refresh_token_replayed_elsewhere";
      readonly userId: UserId;
      readonly sessionId: SessionId;
    }
  | {
      readonly event:
        | "signing_key_created"
        | "signing_key_scheduled"
        | "signing_key_revoked"
        | "signing_key_withdrawn"
        | "signing_key_removed"
        | "signing_key_rewrapped"
        | "signing_key_unreadable"
        | "signing_key_overdue";
      readonly kid: string;
    }
  | {
      readonly event:
        | "signing_keys_stale"
        | "jwks_not_published"
        | "jwks_not_read"
        | "login_throttle_not_cleared";
    }
  | { readonly event: "password_hash_refused"; readonly userId: UserId }
  /**
   * A list goes on without it.
   *
   * @property row its id, or where that may be anything its number: `rowid 7`
   * @property column the first that cannot be what it says
   */
  | {
      readonly event: "row_unreadable";
      readonly table: "users" | "service_accounts" | "service_account_secrets" | "signing_keys";
      readonly row: string;
      readonly column: string;
    };
export type Notify = (notice: Notice) => void;

// Users and roles, the queryable record (D1)

export type Credential = { readonly user: User; readonly passwordHash: string | null };

export type NewUser = {
  readonly id: UserId;
  readonly email: Email;
  readonly name: string | null;
  readonly passwordHash: string | null;
  readonly emailVerified: boolean;
  /** Names that exist; checked by whoever grants them. */
  readonly roles: readonly string[];
  readonly now: number;
};

/** Whether those who act may still. Asked where a change was not made, to tell why. */
export interface Actors {
  /** True while a person or program is active and holds the roles and rights that they act by. */
  stillAct(actor: Actor): Promise<boolean>;
}

export type UserQuery = {
  readonly email: Email | null;
  readonly status: UserStatus | null;
  /** The last user of the page before, newest first. */
  readonly after: { readonly createdAt: number; readonly id: UserId } | null;
  readonly limit: number;
};

export interface Users {
  /** @param by whose act it is, when it is done only while they may */
  create(user: NewUser, by?: Actor): Promise<"created" | "email_taken" | "no_such_role">;
  findById(id: UserId): Promise<Credential | null>;
  findByEmail(email: Email): Promise<Credential | null>;
  /** At most `limit` users, newest first. A row that cannot be read is left out, with a notice. */
  list(query: UserQuery): Promise<User[]>;
  /** @returns false when the user is gone, or whoever does it may no longer */
  rename(id: UserId, name: string | null, now: number, by?: Actor): Promise<boolean>;
  /** Replaces the hash only while it is the one given: a rehash never undoes a change. */
  rehash(id: UserId, old: string, fresh: string): Promise<void>;
  /**
   * Makes of a row that somebody spoilt by hand one that can be deleted.
   *
   * @returns false when there is none
   */
  mend(id: UserId, changeId: string, by: Actor): Promise<boolean>;
}

export interface Roles {
  list(): Promise<Role[]>;
  /** The roles so named, as they are now. A name that no role bears is left out. */
  named(names: readonly string[]): Promise<ReadonlyMap<string, Role>>;
  /**
   * Distinct sets of roles, in order, of users and service accounts that hold this one: few, as
   * against those who hold it.
   *
   * @param after the last set of the page before
   */
  heldSets(name: string, after: readonly string[] | null, limit: number): Promise<string[][]>;
  /** @returns "moved" when whoever makes it may act no more, as all that follow */
  create(role: Role, edit: RoleEdit): Promise<"created" | "role_exists" | "too_many" | "moved">;
  /** @returns the role, or "moved" when it or its holders are not what was looked at */
  update(
    name: string,
    change: Partial<Omit<Role, "name">>,
    decided: RoleDecision,
  ): Promise<Role | "moved" | null>;
  /** @param role as it was looked at: removed only while it grants no more and no less */
  remove(role: Role, edit: RoleEdit): Promise<"removed" | "not_found" | "role_in_use" | "moved">;
}

/** Who edits the roles: it is done only while they may act. */
export type RoleEdit = {
  readonly actor: Actor;
  /** Random: marks the edit. */
  readonly changeId: string;
};

/** What an edit of a role was decided on: it is made only while all of it is so. */
export type RoleDecision = RoleEdit & {
  readonly now: number;
  readonly role: Role;
  /** For a role that comes to grant more: every service account that holds it. */
  readonly raise: (Raise & { readonly holders: readonly RaisedHolder[] }) | null;
};

/** @property isRaised false for one that could do as much before, by another role */
type RaisedHolder = Pick<ServiceAccount, "id" | "version"> & { readonly isRaised: boolean };

/** The editable and the built-in roles by name, as old as the copies may be. */
export interface RoleCatalogue {
  /** The roles so named. A name that no role bears is left out. */
  named(names: readonly string[]): Promise<ReadonlyMap<string, Role>>;
  /** Some of what is known without asking D1, by name: null for a name that no role bears. */
  atHand(): ReadonlyMap<string, Role | null>;
  /** Every role, read now: for whoever cannot tell which are wanted. */
  all(): Promise<ReadonlyMap<string, Role>>;
  /** What is asked for next is read anew. */
  forget(): void;
}

// The user's own object: sessions and authority

export type SessionInfo = {
  readonly id: SessionId;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
  readonly device: Device;
  readonly replayedElsewhereAt: number | null;
};

/** A session as it begins. */
export type NewSession = {
  readonly sessionId: SessionId;
  readonly token: TokenHash;
  readonly device: Device;
};

export type OpenSession = NewSession & {
  /** The row whose password was checked. */
  readonly seen: Authority;
};

/** What an access token of a session is made from. */
export type SessionGrant = {
  readonly authority: Authority;
  readonly createdAt: number;
  readonly expiresAt: number;
};

/** Stale: the account changed since the row was read, so the sign-in must be done again. */
export type OpenAnswer =
  | { readonly kind: "opened"; readonly grant: SessionGrant }
  | { readonly kind: "stale" | "refused" };

export type RefreshCommand = {
  readonly sessionId: SessionId;
  readonly presented: string;
  readonly successor: TokenHash;
  /** Roles that can be turned into permissions without a look-up; null means any. */
  readonly knownRoles: readonly string[] | null;
  /** Where the token was presented. */
  readonly device: Device;
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

export type ChangeAnswer =
  /** @property opened the session that the command asked for */
  | {
      readonly kind: "done";
      readonly authority: Authority;
      readonly opened?: SessionGrant;
    }
  | { readonly kind: "not_found" | "no_such_role" | "last_admin" | "conflict" };

export type ChangeCommand = {
  /** Random; the same again makes a retry harmless. */
  readonly changeId: string;
  readonly change: AccountChange;
  /** The version the change was decided on, when it must not have moved since. */
  readonly ifVersion: number | null;
  /** A session to open in the very step that makes the change. */
  readonly open?: NewSession;
  /** Whose act it is, when it is done only while they may. */
  readonly by?: Actor;
};

export type SessionsSelection =
  | { readonly only: SessionId }
  | { readonly allExcept: SessionId }
  | "all";

/** The judge of one user. Every answer is current; an outage is `Unavailable`. */
export interface Accounts {
  openSession(userId: UserId, command: OpenSession): Promise<OpenAnswer>;
  refresh(userId: UserId, command: RefreshCommand): Promise<RefreshAnswer>;
  /** The grant of a session that is alive, or null. */
  check(userId: UserId, sessionId: SessionId): Promise<SessionGrant | null>;
  /** True when the session is alive and the token is one that could be refreshed now. */
  holdsToken(userId: UserId, sessionId: SessionId, hash: string): Promise<boolean>;
  listSessions(userId: UserId): Promise<SessionInfo[]>;
  /** @returns how many ended */
  endSessions(userId: UserId, which: SessionsSelection): Promise<number>;
  change(userId: UserId, command: ChangeCommand): Promise<ChangeAnswer>;
  /**
   * Counts a try to prove a password by one who is known here.
   *
   * @param credentialSetAt failures from before it are forgotten (Unix milliseconds)
   */
  reserveProof(userId: UserId, by: Prover, credentialSetAt?: number): Promise<Attempt>;
  /** Takes back a try that an outage ended. */
  releaseProof(userId: UserId, by: Prover, attempt: AllowedAttempt): Promise<void>;
  clearProofs(userId: UserId, by: Prover): Promise<void>;
}

/**
 * Whose tries count together: those made inside the user's sessions, or those of a sign-in that
 * shows a token of one session. No stranger can make either.
 */
export type Prover = "session" | SessionId;

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

/** What the user's object is told of the configuration with every call. */
export type AccountPolicy = {
  readonly refresh: RefreshPolicy;
  /** Milliseconds. */
  readonly authorityMaxAge: number;
  readonly maxSessions: number;
  readonly requireVerifiedEmail: boolean;
};

// Sign-in

export type Attempt =
  | {
      readonly kind: "allowed";
      readonly before: ThrottleState | null;
      readonly reserved: ThrottleState;
    }
  /**
   * @property retryAfter milliseconds
   * @property lastAt when the last try was counted, in Unix milliseconds
   */
  | {
      readonly kind: "delayed" | "locked";
      readonly retryAfter: number;
      readonly lastAt: number;
    };

export type AllowedAttempt = Extract<Attempt, { kind: "allowed" }>;

/** Failed tries by login name, exact. */
export interface LoginThrottle {
  /**
   * A try that would have to wait may be held back until those under way are decided: if one of
   * them is right, it is let through.
   *
   * @param credentialSetAt failures from before it are forgotten (Unix milliseconds)
   */
  reserve(loginName: Email, credentialSetAt?: number): Promise<Attempt>;
  /** Takes back a try that an outage ended. */
  release(loginName: Email, attempt: AllowedAttempt): Promise<void>;
  /** A try that was let through was wrong: those that wait for its outcome need not wait longer. */
  fail(loginName: Email): Promise<void>;
  clear(loginName: Email): Promise<void>;
}

export interface PasswordHasher {
  /** @returns a PHC string */
  hash(password: Password): string;
  verify(
    password: Password,
    stored: string,
  ): "match" | "match_outdated" | "mismatch" | "unreadable";
  /** Costs what verifying a current hash costs. */
  verifyNothing(password: Password): void;
}

export interface PasswordPolicy {
  weakness(password: Password, email: Email): Promise<PasswordWeakness | null>;
}

// Signing keys and tokens

export type PublicJwk = {
  readonly kty: "EC" | "OKP";
  readonly crv: string;
  readonly x: string;
  readonly y?: string;
};

/** @property wrappedPrivate names the secret version it is wrapped under */
export type StoredSigningKey = SigningKey & {
  readonly publicJwk: PublicJwk;
  readonly wrappedPrivate: string;
};

export interface SigningKeys {
  /** In the order of the chain. A key that cannot be read counts as revoked, with a notice. */
  list(): Promise<StoredSigningKey[]>;
  /** @returns false when another key has that place in the chain */
  create(key: StoredSigningKey): Promise<boolean>;
  /** Sets when the key signs, or brings it forward; never back. */
  schedule(kid: string, signsFrom: number): Promise<void>;
  revoke(kid: string, now: number): Promise<boolean>;
  /**
   * Revokes a key whose time to sign has not come.
   *
   * @returns false when it has, or the key was revoked before
   */
  withdraw(kid: string, now: number): Promise<boolean>;
  remove(kid: string): Promise<void>;
  /** Replaces the wrapped half only while it is the one given. */
  rewrap(kid: string, old: string, fresh: string): Promise<void>;
}

export interface KeyMaker {
  create(alg: SigningAlg): Promise<Pick<StoredSigningKey, "kid" | "publicJwk" | "wrappedPrivate">>;
  /** The same key wrapped under the newest secret, unless it already is. */
  rewrap(
    key: StoredSigningKey,
  ): Promise<{ kind: "rewrapped"; wrapped: string } | { kind: "current" | "unreadable" }>;
}

export type Jwks = {
  readonly keys: readonly (PublicJwk & { kid: string; alg: SigningAlg; use: "sig" })[];
};

/** The published key set, cached at the edge; D1 is the truth behind it. */
export interface JwksCache {
  read(): Promise<Jwks | null>;
  write(jwks: Jwks): Promise<void>;
}

export interface TokenSigner {
  /** Gets ready to sign, so that what follows cannot fail for want of a key. */
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
  /** A service account's: what its roles amounted to at that moment, and its oldest good tokens. */
  readonly program?: Pick<ServiceAccount, "permissions" | "tokensFrom">;
};

/** Whether the account and session behind a good token still stand. */
export interface Liveness {
  /**
   * @param maxAge milliseconds that the answer may be old; 0 asks now
   * @returns null when the session has ended or the account may not act
   */
  ask(claims: AccessTokenClaims, maxAge: number): Promise<LiveAuthority | null>;
}

// Service accounts (D1)

export type NewServiceAccount = {
  readonly actor: Actor;
  readonly id: ServiceAccountId;
  readonly name: string;
  /** As they were looked at: made only while they are so. */
  readonly roles: readonly Role[];
  readonly secret: NewClientSecret;
  readonly now: number;
};

export type NewClientSecret = Pick<ClientSecret, "id" | "hash"> & {
  readonly maker: Pick<Maker, "name" | "had">;
};

/** An account and its living secrets, the oldest first, as of one moment. */
export type WithSecrets = {
  readonly account: ServiceAccount;
  readonly secrets: readonly ClientSecret[];
};

/** What an account that comes to do more was judged by, and what that ends. */
export type Raise = {
  /** The ids of all living secrets that were looked at: with another one, nothing is done. */
  readonly seen: readonly string[];
  /** The ids of those whose makers could not have granted as much. */
  readonly ended: readonly string[];
};

/** A change is made to the very version that was looked at, and only while its actor may act. */
export type Act = {
  readonly actor: Actor;
  readonly now: number;
  readonly version: number;
};

/** With its raise, where the account comes to do more: the tokens of before are then refused. */
export type Decided = Act & { readonly raise: Raise | null };

export interface ServiceAccounts {
  /** The account, its roles and its first secret, or nothing: "moved" also for its actor. */
  create(account: NewServiceAccount): Promise<"created" | "moved" | "too_many">;
  find(id: ServiceAccountId): Promise<ServiceAccount | null>;
  /**
   * All of them, the oldest first, without what they may do. A row that cannot be read is left
   * out, with a notice.
   */
  list(): Promise<Omit<ServiceAccount, "permissions">[]>;
  withSecrets(id: ServiceAccountId, now: number): Promise<WithSecrets | null>;
  /** Every account that holds a role. */
  holdersOf(role: string, now: number): Promise<WithSecrets[]>;
  /** @returns false when account or actor are not what they were, as all that follow */
  update(
    id: ServiceAccountId,
    change: { readonly name?: string; readonly status?: UserStatus },
    decided: Decided,
  ): Promise<boolean>;
  /** @param after the roles it will have, as they were looked at: made only while they are so */
  setRole(
    id: ServiceAccountId,
    role: string,
    after: readonly Role[],
    decided: Decided,
  ): Promise<boolean>;
  /**
   * Adds a secret. Those that it supersedes go on until the time given, those that were superseded
   * before as long as they were to. Where there are as many as there may be, nothing is done.
   */
  addSecret(
    id: ServiceAccountId,
    secret: NewClientSecret,
    othersExpireAt: number,
    act: Act,
  ): Promise<"added" | "moved" | "too_many">;
  /**
   * Ends a secret. Where none is left that was not superseded, the newest goes on without an end,
   * as after whatever ends secrets: an account is not left with one that is about to die.
   */
  endSecret(id: ServiceAccountId, secretId: string, act: Act): Promise<boolean>;
  /** Remembers when a secret was used, unless a use after `since` is known. */
  noteUse(secretId: string, now: number, since: number): Promise<void>;
  /** @param version null for any, also where the row cannot be read */
  remove(
    id: ServiceAccountId,
    actor: Actor,
    version: number | null,
  ): Promise<"removed" | "not_found" | "moved">;
}
