import type { Email } from "../../domain/accounts/email.ts";
import type { User } from "../../domain/accounts/user.ts";
import type { Challenge, ChallengePurpose } from "../../domain/credentials/challenge.ts";
import type { CodeFlow } from "../../domain/credentials/code-flow.ts";
import type {
  Factor,
  FactorKind,
  FactorProof,
  HeldFactors,
  Passkey,
  Totp,
} from "../../domain/credentials/factor.ts";
import type { Password, PasswordWeakness } from "../../domain/credentials/password.ts";
import type { SecondFactorFlow } from "../../domain/credentials/second-factor-flow.ts";
import type { ThrottleState } from "../../domain/credentials/throttle.ts";
import type { Cause } from "../../domain/events/event.ts";
import type { FactorId, SessionId, UserId } from "../../domain/ids.ts";
import type { ObjectOutbox } from "../events/ports.ts";

export type Credential = { readonly user: User; readonly passwordHash: string | null };

/**
 * Whose tries count together: those at a password inside the user's sessions, or at a sign-in that
 * shows a token of one session; those at a factor inside the sessions; those at each kind of factor
 * after a right first one; those at a passkey without one. No stranger can make any of them, and
 * whoever knows the password none of the last.
 */
export type Prover = "session" | SessionId | FactorProver;

export type FactorProver = "factor_in_session" | "passkey_alone" | FactorKind;

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

/**
 * @property failures in a row, this one among them
 * @property userId null for a name without an account
 */
export type FailedTry = {
  readonly failures: number;
  readonly userId: UserId | null;
  readonly cause: Cause;
};

/** Accounts with their password hashes. */
export interface Credentials {
  findById(id: UserId): Promise<Credential | null>;
  findByEmail(email: Email): Promise<Credential | null>;
  /** Replaces the hash only while it is the one given: a rehash never undoes a change. */
  rehash(id: UserId, old: string, fresh: string): Promise<void>;
}

/** @property endsAt when its code works no more (Unix milliseconds) */
export type TriedFlow = { readonly id: string; readonly endsAt: number };

/** Counts failed tries by login name, exactly. */
export interface LoginThrottle {
  /**
   * A try that would be delayed may wait for those under way: if one of them is right, it is let
   * through.
   *
   * @param credentialSetAt failures from before it are forgotten (Unix milliseconds)
   */
  reserve(loginName: Email, credentialSetAt?: number): Promise<Attempt>;
  /** Takes back a try that an outage ended. */
  release(loginName: Email, attempt: AllowedAttempt): Promise<void>;
  /** A try that was let through was wrong: it is told of, and others need not wait for it. */
  fail(loginName: Email, failed: FailedTry): Promise<void>;
  clear(loginName: Email): Promise<void>;
  /**
   * Counts a try at a mailed code, both with all others for the name and with those at that code.
   *
   * @returns "over" when no code of that flow is looked at any more: nothing is counted then
   */
  reserveCode(loginName: Email, flow: TriedFlow): Promise<Attempt | { readonly kind: "over" }>;
  /**
   * A code was right: it is spent, and the count is cleared.
   *
   * @returns false when it was spent before
   */
  spendCode(loginName: Email, flowId: string): Promise<boolean>;
  /**
   * Forgets events that were stored.
   *
   * @param object that of a login name, as its events name it
   */
  confirmEvents(object: string, places: readonly number[]): Promise<void>;
}

/** Others may go on while one is computed. Each throws Unavailable where too many wait for theirs. */
export interface PasswordHasher {
  /** @returns a PHC string */
  hash(password: Password): Promise<string>;
  verify(
    password: Password,
    stored: string,
  ): Promise<"match" | "match_outdated" | "mismatch" | "unreadable">;
  /** Costs what verifying a current hash costs. */
  verifyNothing(password: Password): Promise<void>;
}

export interface PasswordPolicy {
  weakness(password: Password, email: Email): Promise<PasswordWeakness | null>;
}

/** Failed tries to prove a user's password by somebody known here, counted in the user's object. */
export interface Proofs {
  /**
   * Counts a try.
   *
   * @param credentialSetAt failures from before it are forgotten (Unix milliseconds)
   */
  reserveProof(userId: UserId, by: Prover, credentialSetAt?: number): Promise<Attempt>;
  /** Takes back a try that an outage ended. */
  releaseProof(userId: UserId, by: Prover, attempt: AllowedAttempt): Promise<void>;
  /** A try that was let through was wrong. */
  failProof(userId: UserId, failed: FailedTry, by: Prover): Promise<void>;
  clearProofs(userId: UserId, by: Prover): Promise<void>;
}

/** Tries at one login name that were let through and are being checked. */
export interface Undecided {
  /** @param now Unix milliseconds */
  begin(now: number): void;
  /** One was wrong, or came to nothing. */
  drop(): void;
  /** One was right, which clears the count for all that wait. */
  succeed(): void;
  /** @returns true when one of those under way was right, false when none was, or none in time */
  outcome(now: number): Promise<boolean>;
}

/** What the judge of a login name keeps, and what it asks of whatever runs it. */
export interface LoginNameStore {
  state(): ThrottleState | null;
  readonly flows: CodeFlowStore;
  readonly outbox: Pick<ObjectOutbox, "add" | "confirm" | "dueAt" | "sendAgain">;
  readonly undecided: Undecided;
  /**
   * The count is stored before this returns; the promise is for the alarm.
   *
   * @param wakeAt when the next thing is due (Unix milliseconds); null when nothing is left to keep
   */
  save(state: ThrottleState | null, wakeAt: number | null): Promise<void>;
}

/** The counts as a user's object stores them, with the methods of a Map. Calls are synchronous. */
export interface ProofStore {
  get(by: Prover): ThrottleState | undefined;
  set(by: Prover, state: ThrottleState): unknown;
  delete(by: Prover): unknown;
  entries(): Iterable<readonly [Prover, ThrottleState]>;
}

/** The flows as a login name's object stores them, with the methods of a Map. Calls are synchronous. */
export interface CodeFlowStore {
  get(id: string): CodeFlow | undefined;
  set(id: string, flow: CodeFlow): unknown;
  delete(id: string): unknown;
  entries(): Iterable<readonly [string, CodeFlow]>;
}

/**
 * A sign-in by a mailed code, as whoever began it holds it.
 *
 * @property id tells nothing, and no code can be made from it without the secret
 * @property startedAt Unix milliseconds
 */
export type StartedFlow = {
  readonly id: string;
  readonly email: Email;
  readonly startedAt: number;
};

export interface EmailCodes {
  /** @returns the flow, and the text that stands for it: of one length, and only we can read it */
  start(email: Email, now: number): Promise<{ readonly flow: StartedFlow; readonly text: string }>;
  /** Null for anything that was not made here under a known secret. */
  open(text: string): Promise<StartedFlow | null>;
  /** Eight digits: other ones for another account, and once it changed. Null for an unknown secret. */
  codeFor(flowId: string, userId: UserId, accountVersion: number): string | null;
  /** The same work for a name without an account. */
  matches(code: string, expected: string | null): boolean;
}

/**
 * The second factors as a user's object stores them, with the methods of a Map. Calls are
 * synchronous.
 */
interface FactorStore {
  get(id: FactorId): Factor | undefined;
  set(id: FactorId, factor: Factor): unknown;
  delete(id: FactorId): unknown;
  entries(): Iterable<readonly [FactorId, Factor]>;
}

/** Values that a user's object stores by name, with the methods of a Map. Calls are synchronous. */
interface NamedTimes {
  get(name: string): number | undefined;
  set(name: string, time: number): unknown;
  delete(name: string): unknown;
  entries(): Iterable<readonly [string, number]>;
}

/** The session that a factor is begun in is the one that asks. */
export type AddFactor = { readonly factor: Factor };

/**
 * @property proof of a code of a factor that waits for its first
 * @property sessionId the session that shows it, which has reached another level then
 * @property recoveryCodes hashes, kept if it is the first factor
 */
export type ConfirmFactor = {
  readonly proof: Extract<FactorProof, { kind: "totp" }>;
  readonly sessionId: SessionId;
  readonly recoveryCodes: readonly string[];
  readonly cause: Cause;
};

/**
 * @property endsAt when nobody can answer it any more (Unix milliseconds)
 * @property credentialId of the passkey that is asked for
 */
export type TakeChallenge = {
  readonly challenge: string;
  readonly endsAt: number;
  readonly credentialId: string;
};

/** @property passkey the one that was asked for, or null for one that the user does not have */
export type TakenChallenge = {
  readonly kind: "taken" | "spent";
  readonly passkey: Passkey | null;
};

/** @property recoveryCodes hashes, kept if it is the first factor */
export type AddPasskey = {
  readonly passkey: Passkey;
  readonly recoveryCodes: readonly string[];
  readonly cause: Cause;
};

export type RenamePasskey = {
  readonly id: FactorId;
  readonly name: string;
  readonly sessionId: SessionId;
};

export type RenamedPasskey =
  | { readonly kind: "renamed"; readonly passkey: Passkey }
  | { readonly kind: "none" | "refused" };

/** @property except the session that goes on; the others end */
export type RemoveFactor = {
  readonly id: FactorId;
  readonly except: SessionId;
  readonly cause: Cause;
};

export type RenewRecoveryCodes = {
  readonly hashes: readonly string[];
  readonly sessionId: SessionId;
  readonly cause: Cause;
};

/**
 * A user's second factors, kept by the user's own object. An outage is `Unavailable`. "Refused" is an
 * answer to a session that has ended, or shows less than the account asks for by now.
 */
export interface Factors {
  /** Of whoever may act; null for anyone else. */
  listFactors(userId: UserId): Promise<HeldFactors | null>;
  addFactor(userId: UserId, command: AddFactor): Promise<"added" | "too_many" | "refused">;
  /** @returns "first" when the recovery codes were kept */
  confirmFactor(
    userId: UserId,
    command: ConfirmFactor,
  ): Promise<"first" | "another" | "wrong" | "refused">;
  /** Spends a challenge, whatever is found of the answer to it. Not repeated: it would be spent. */
  takeChallenge(userId: UserId, command: TakeChallenge): Promise<TakenChallenge>;
  /**
   * Repeating it is harmless.
   *
   * @returns "first" when the recovery codes were kept; "exists" for an authenticator that is there
   */
  addPasskey(
    userId: UserId,
    command: AddPasskey,
  ): Promise<"first" | "another" | "too_many" | "exists" | "refused">;
  /** @returns "none" for what is no passkey of the user */
  renamePasskey(userId: UserId, command: RenamePasskey): Promise<RenamedPasskey>;
  /** Repeating it is harmless. */
  removeFactor(userId: UserId, command: RemoveFactor): Promise<"removed" | "refused">;
  /** Removes all factors and recovery codes, and ends every session. Repeating it is harmless. */
  resetFactors(userId: UserId, cause: Cause): Promise<void>;
  /** @returns "none" where there is no factor to recover */
  renewRecoveryCodes(
    userId: UserId,
    command: RenewRecoveryCodes,
  ): Promise<"renewed" | "none" | "refused">;
}

/** What a user's object keeps of second factors. */
export interface FactorStores {
  readonly factors: FactorStore;
  /** Recovery codes that were not used, by hash, with the time when they were made. */
  readonly recoveryCodes: NamedTimes;
  /** What must not be done twice, with the time when nobody can ask for it again. */
  readonly spent: NamedTimes;
}

/** A shared secret as its owner is shown it, once. */
export type NewSecret = {
  readonly wrapped: string;
  /** Base32 (RFC 4648), for who types it. */
  readonly secret: string;
  /** `otpauth://`, as authenticators read it from a picture. */
  readonly uri: string;
};

export interface OneTimePasswords {
  /** @param label what an authenticator shows it as */
  create(userId: UserId, id: FactorId, label: string): Promise<NewSecret>;
  /**
   * @param now Unix milliseconds
   * @returns the time step whose code it is, now or one step either side; null for a wrong code
   * @throws Unavailable where the secret cannot be read with the root secrets at hand
   */
  stepOf(userId: UserId, factor: Totp, code: string, now: number): Promise<number | null>;
  /** The secret wrapped under the newest root secret; null where it is already, or cannot be read. */
  rewrapped(userId: UserId, factor: Totp): Promise<string | null>;
}

/** Challenges that nobody needs to remember until they are answered. */
export interface Challenges {
  /** @param now Unix milliseconds */
  start(purpose: ChallengePurpose, now: number): { readonly token: string; readonly value: string };
  /** Null for anything that was not made here under a known secret. */
  parse(token: string): Challenge | null;
}

/** What an authenticator knows its owner by. */
export interface UserHandles {
  format(userId: UserId): string;
  /**
   * Null for what is none, or is forged.
   *
   * @returns isProven false where the root secret is gone that would tell
   */
  parse(text: string): { readonly userId: UserId; readonly isProven: boolean } | null;
}

/**
 * What `navigator.credentials.create` gave, as `toJSON` writes it (WebAuthn 3, section 5.1.1).
 * Bytes are base64url.
 */
export type Attestation = {
  readonly id: string;
  readonly response: {
    readonly clientDataJSON: string;
    readonly attestationObject: string;
    readonly transports: readonly string[];
  };
};

/** What `navigator.credentials.get` gave. */
export type Assertion = {
  readonly id: string;
  readonly response: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
    readonly userHandle: string | null;
  };
};

/** Options for a browser, as `parseCreationOptionsFromJSON` and its sibling read them. */
export type PasskeyOptions = Readonly<Record<string, unknown>>;

/** What an authenticator made. */
type MadePasskey = Pick<
  Passkey,
  "credentialId" | "publicKey" | "signCount" | "method" | "transports"
>;

/** Verifies what authenticators sign (WebAuthn 3, sections 7.1 and 7.2). */
export interface Passkeys {
  /**
   * @param owner as an authenticator shows it
   * @param held those that the owner has: their authenticators make no other
   */
  creationOptions(
    challenge: string,
    owner: { readonly handle: string; readonly email: string; readonly name: string | null },
    held: readonly Passkey[],
  ): Promise<PasskeyOptions>;
  /**
   * @param allowed those that may answer; null for whichever the person chooses
   * @param isAlone whether it must know its owner: it is shown beside no other factor
   */
  requestOptions(
    challenge: string,
    allowed: readonly Passkey[] | null,
    isAlone: boolean,
  ): Promise<PasskeyOptions>;
  /** Null for what does not verify. */
  verifyAttestation(challenge: string, attestation: Attestation): Promise<MadePasskey | null>;
  /** Null for what does not verify. Whether it is of a copy the user's object alone knows. */
  verifyAssertion(
    challenge: string,
    passkey: Passkey,
    assertion: Assertion,
  ): Promise<Extract<FactorProof, { kind: "passkey" }> | null>;
}

export interface RecoveryCodes {
  /** A set, as its owner is shown it, once. */
  create(): readonly string[];
  /** However it was typed. No two users' codes share a hash. */
  hash(userId: UserId, code: string): string;
}

export interface SecondFactorTokens {
  /**
   * What the session of a sign-in by a recovery code is made from: the same for the same code, which
   * may be the last, so that whoever lost the answer gets what was in it.
   *
   * @param code its hash
   */
  draw(
    flow: SecondFactorFlow,
    code: string,
  ): { readonly sessionId: SessionId; readonly secret: Uint8Array };
  format(flow: SecondFactorFlow): string;
  /** Null for anything that was not made here under a known secret. */
  parse(text: string): SecondFactorFlow | null;
}
