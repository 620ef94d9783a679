import type { Actor } from "../../domain/access/actor.ts";
import type { Email } from "../../domain/accounts/email.ts";
import type { Password } from "../../domain/credentials/password.ts";
import type { UserId } from "../../domain/ids.ts";
import type { Result } from "../../domain/result.ts";
import type { Notify } from "../events/ports.ts";
import { checkTry, type Tries } from "./check-try.ts";
import { isFactorProver } from "./count-proofs.ts";
import type { Credential, LoginThrottle, PasswordHasher, Proofs, Prover } from "./ports.ts";
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

/** Tries at a password, which a right one clears. */
type PasswordTries = Tries & { clear(): Promise<void> };

/** Tries by everybody who names this account at sign-in. */
export const triesByName = ({ throttle }: PasswordCheckDeps, loginName: Email): PasswordTries => ({
  reserve: () => throttle.reserve(loginName),
  reserveSince: (credentialSetAt) => throttle.reserve(loginName, credentialSetAt),
  release: (attempt) => throttle.release(loginName, attempt),
  fail: (failed) => throttle.fail(loginName, failed),
  clear: () => throttle.clear(loginName),
});

/** Tries by whoever showed a token of the account: strangers' tries do not count here. */
export const triesBy = (
  { proofs }: Pick<PasswordCheckDeps, "proofs">,
  userId: UserId,
  prover: Prover,
): PasswordTries => ({
  reserve: () => proofs.reserveProof(userId, prover),
  // A new password says nothing of a factor, whose codes would be guessed on.
  reserveSince: isFactorProver(prover)
    ? null
    : (credentialSetAt) => proofs.reserveProof(userId, prover, credentialSetAt),
  release: (attempt) => proofs.releaseProof(userId, prover, attempt),
  fail: (failed) => proofs.failProof(userId, failed, prover),
  clear: () => proofs.clearProofs(userId, prover),
});

/**
 * The one place a password is compared, for sign-in, change and deletion alike. The try is
 * counted before anything is hashed.
 *
 * @param find reads the account, at the same time as the try is counted
 */
export async function checkPassword(
  deps: PasswordCheckDeps,
  actor: Actor,
  tries: PasswordTries,
  password: Password,
  find: () => Promise<Credential | null>,
): Promise<PasswordCheck> {
  const verify = (credential: Credential | null) => compare(deps, actor, password, credential);
  const check = await checkTry(actor, tries, find, verify, "invalid_credentials" as const);
  // A failed clear leaves the count too high, so it does not stop the sign-in.
  if (check.ok) {
    await tries.clear().catch(() => deps.notify({ event: "login_throttle_not_cleared", actor }));
  }
  return check;
}

async function compare(
  deps: PasswordCheckDeps,
  actor: Actor,
  password: Password,
  credential: Credential | null,
): Promise<Proof | null> {
  const stored = credential?.passwordHash ?? null;
  if (credential === null || stored === null) {
    await deps.hasher.verifyNothing(password);
    return null;
  }
  const verdict = await deps.hasher.verify(password, stored);
  if (verdict === "match" || verdict === "match_outdated") {
    return { credential, outdatedHash: verdict === "match_outdated" };
  }
  if (verdict === "unreadable") {
    deps.notify({ event: "password_hash_refused", actor, userId: credential.user.id });
  }
  return null;
}
