import type { Email } from "../domain/email.ts";
import type { Password } from "../domain/password.ts";
import type { Attempt, Credential, LoginThrottle, Notify, PasswordHasher } from "./ports.ts";

export type PasswordCheckDeps = {
  readonly throttle: LoginThrottle;
  readonly hasher: PasswordHasher;
  /** Told what an operator should know and a client must not. */
  readonly notify: Notify;
};

export type PasswordCheck =
  | { readonly kind: "right"; readonly credential: Credential; readonly outdatedHash: boolean }
  | { readonly kind: "wrong" }
  /** @property retryAfter milliseconds */
  | { readonly kind: "throttled"; readonly retryAfter: number };

/**
 * The one place a password is compared, for sign-in, change and deletion alike, so that all
 * share one count (ASVS 6.1.1). The try is counted before anything is hashed, and an unknown
 * name takes the same steps as a known one.
 *
 * @param find reads the account, at the same time as the try is counted
 */
export async function checkPassword(
  deps: PasswordCheckDeps,
  loginName: Email,
  password: Password,
  find: () => Promise<Credential | null>,
): Promise<PasswordCheck> {
  const [reservation, lookup] = await Promise.allSettled([
    deps.throttle.reserve(loginName),
    find(),
  ]);
  if (reservation.status === "rejected") throw reservation.reason;
  const attempt = reservation.value;
  if (attempt.kind !== "allowed") return { kind: "throttled", retryAfter: attempt.retryAfter };
  if (lookup.status === "rejected") {
    await giveBack(deps, loginName, attempt);
    throw lookup.reason;
  }
  const check = compare(deps, password, lookup.value);
  if (check.kind === "right") await forget(deps, loginName);
  return check;
}

/** An outage is nobody's failed try. When the throttle is down too the try stays counted. */
async function giveBack(
  deps: PasswordCheckDeps,
  loginName: Email,
  attempt: Extract<Attempt, { kind: "allowed" }>,
): Promise<void> {
  await deps.throttle.release(loginName, attempt).catch(() => undefined);
}

/** A count that is not cleared errs on the safe side, so it does not stop whoever was right. */
async function forget(deps: PasswordCheckDeps, loginName: Email): Promise<void> {
  await deps.throttle
    .clear(loginName)
    .catch(() => deps.notify({ event: "login_throttle_not_cleared" }));
}

function compare(
  deps: PasswordCheckDeps,
  password: Password,
  credential: Credential | null,
): PasswordCheck {
  const stored = credential?.passwordHash ?? null;
  if (credential === null || stored === null) {
    deps.hasher.verifyNothing(password);
    return { kind: "wrong" };
  }
  const verdict = deps.hasher.verify(password, stored);
  if (verdict === "match" || verdict === "match_outdated") {
    return { kind: "right", credential, outdatedHash: verdict === "match_outdated" };
  }
  if (verdict === "unreadable") {
    deps.notify({ event: "password_hash_refused", userId: credential.user.id });
  }
  return { kind: "wrong" };
}
