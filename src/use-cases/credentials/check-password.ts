import type { Actor } from "../../domain/access/actor.ts";
import type { Email } from "../../domain/accounts/email.ts";
import type { Password } from "../../domain/credentials/password.ts";
import { causeOf } from "../../domain/events/event.ts";
import type { UserId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Notify } from "../events/ports.ts";
import type {
  AllowedAttempt,
  Attempt,
  Credential,
  FailedTry,
  LoginThrottle,
  PasswordHasher,
  Proofs,
  Prover,
} from "./ports.ts";
import type { Throttled } from "./refusals.ts";

export type PasswordCheckDeps = {
  readonly throttle: LoginThrottle;
  readonly proofs: Proofs;
  readonly hasher: PasswordHasher;
  /** Told what an operator should know and a client must not. */
  readonly notify: Notify;
};

/** The account whose password was right. */
export type Proof = { readonly credential: Credential; readonly outdatedHash: boolean };

export type PasswordCheck = Result<Proof, "invalid_credentials" | Throttled>;

/** A bucket of tries: everybody's for a login name, or those of somebody known here. */
export type Tries = {
  /** @param credentialSetAt failures from before it are forgotten (Unix milliseconds) */
  reserve(credentialSetAt?: number): Promise<Attempt>;
  release(attempt: AllowedAttempt): Promise<void>;
  /** The try was wrong. */
  fail(failed: FailedTry): Promise<void>;
  clear(): Promise<void>;
};

/** Tries by everybody who names this account at sign-in. */
export const triesByName = ({ throttle }: PasswordCheckDeps, loginName: Email): Tries => ({
  reserve: (credentialSetAt) => throttle.reserve(loginName, credentialSetAt),
  release: (attempt) => throttle.release(loginName, attempt),
  fail: (failed) => throttle.fail(loginName, failed),
  clear: () => throttle.clear(loginName),
});

/** Tries by whoever showed a token of the account: strangers' tries do not count here. */
export const triesBy = ({ proofs }: PasswordCheckDeps, userId: UserId, prover: Prover): Tries => ({
  reserve: (credentialSetAt) => proofs.reserveProof(userId, prover, credentialSetAt),
  release: (attempt) => proofs.releaseProof(userId, prover, attempt),
  fail: (failed) => proofs.failProof(userId, failed),
  clear: () => proofs.clearProofs(userId, prover),
});

/**
 * The one place a password is compared, for sign-in, change and deletion alike. The try is
 * counted before anything is hashed, and an unknown name takes the same steps as a known one.
 *
 * @param find reads the account, at the same time as the try is counted
 */
export async function checkPassword(
  deps: PasswordCheckDeps,
  actor: Actor,
  tries: Tries,
  password: Password,
  find: () => Promise<Credential | null>,
): Promise<PasswordCheck> {
  const [reservation, lookup] = await Promise.allSettled([tries.reserve(), find()]);
  if (reservation.status === "rejected") throw reservation.reason;
  if (lookup.status === "rejected") {
    await giveBack(tries, reservation.value);
    throw lookup.reason;
  }
  const credential = lookup.value;
  const attempt = await sinceCredential(tries, reservation.value, credential);
  if (attempt.kind !== "allowed") {
    return err({ code: "throttled", retryAfter: attempt.retryAfter });
  }
  const check = await compare(deps, actor, password, credential);
  if (check.ok) await forget(deps, actor, tries);
  else {
    // Before the reply, so that no wrong try goes untold; as long for a name without an account.
    const userId = credential?.user.id ?? null;
    const failed = { failures: attempt.reserved.failures, userId, cause: causeOf(actor) };
    await tries.fail(failed).catch(async (error) => {
      await giveBack(tries, attempt);
      throw error;
    });
  }
  return check;
}

/**
 * Failures from before the password was set do not count. An account without a password gets no
 * such reset, which would show that it exists.
 */
async function sinceCredential(
  tries: Tries,
  attempt: Attempt,
  credential: Credential | null,
): Promise<Attempt> {
  const setAt = credential?.passwordHash == null ? 0 : credential.user.passwordSetAt;
  if (attempt.kind === "allowed" || attempt.lastAt >= setAt) return attempt;
  return tries.reserve(setAt);
}

/** A try that an outage ended is given back. If the throttle is down too, it stays counted. */
async function giveBack(tries: Tries, attempt: Attempt): Promise<void> {
  if (attempt.kind === "allowed") await tries.release(attempt).catch(() => undefined);
}

/** A failed clear leaves the count too high, so it does not stop the sign-in. */
async function forget(deps: PasswordCheckDeps, actor: Actor, tries: Tries): Promise<void> {
  await tries.clear().catch(() => deps.notify({ event: "login_throttle_not_cleared", actor }));
}

async function compare(
  deps: PasswordCheckDeps,
  actor: Actor,
  password: Password,
  credential: Credential | null,
): Promise<PasswordCheck> {
  const stored = credential?.passwordHash ?? null;
  if (credential === null || stored === null) {
    deps.hasher.verifyNothing(password);
    return err("invalid_credentials");
  }
  const verdict = await deps.hasher.verify(password, stored);
  if (verdict === "match" || verdict === "match_outdated") {
    return ok({ credential, outdatedHash: verdict === "match_outdated" });
  }
  if (verdict === "unreadable") {
    deps.notify({ event: "password_hash_refused", actor, userId: credential.user.id });
  }
  return err("invalid_credentials");
}
