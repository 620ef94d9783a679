import type { Actor } from "../../domain/access/actor.ts";
import type { Email } from "../../domain/accounts/email.ts";
import { type SignInRefusal, signInRefusal } from "../../domain/accounts/user.ts";
import type { Password } from "../../domain/credentials/password.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import {
  checkPassword,
  type PasswordCheck,
  type PasswordCheckDeps,
  triesBy,
  triesByName,
} from "../credentials/check-password.ts";
import type { Credential, Credentials } from "../credentials/ports.ts";
import type { Throttled } from "../credentials/refusals.ts";
import { type Defer, Unavailable } from "../outside.ts";
import type { TokenPair } from "../tokens/issue-token.ts";
import { type OpenDeps, openSession, type SecondFactorRequired } from "./open-session.ts";

export type SignInDeps = PasswordCheckDeps &
  OpenDeps & {
    readonly users: Credentials;
    readonly requireVerifiedEmail: boolean;
    readonly defer: Defer;
  };

export type SignInInput = {
  readonly email: Email;
  readonly password: Password;
  /** A refresh token that this device was given once, alive or not (OWASP, "Device Cookies"). */
  readonly deviceToken: string | null;
};

export type SignIn = Result<
  TokenPair,
  "invalid_credentials" | SecondFactorRequired | SignInRefusal | Throttled
>;

/** Rounds of a sign-in whose account changed while the password was checked. */
const MAX_ROUNDS = 2;

/**
 * @throws Unavailable when a store does not answer, or the account changes faster than it can be
 *   read; a try that an outage ended is taken back where the throttle still answers
 */
export async function authenticateUser(
  deps: SignInDeps,
  actor: Actor,
  input: SignInInput,
): Promise<SignIn> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const check = await checkOwner(deps, actor, input);
    if (!check.ok) return check;
    const { credential, outdatedHash } = check.value;
    const refusal = signInRefusal(credential.user, deps.requireVerifiedEmail);
    if (refusal !== null) return err(refusal);
    const opened = await openSession(deps, actor, credential.user, "pwd");
    if (opened === "stale") continue;
    if (typeof opened === "string") return err("invalid_credentials");
    // Deferred: the sign-in does not need the second hash.
    if (outdatedHash) deps.defer(() => rehash(deps, credential, input.password));
    return "code" in opened ? err(opened) : ok(opened);
  }
  throw new Unavailable("account row");
}

/**
 * Tries with a token of the account are counted apart. With a token the account is read first,
 * whether the token is the account's or not; without one, while the try is counted.
 */
async function checkOwner(
  deps: SignInDeps,
  actor: Actor,
  { email, password, deviceToken }: SignInInput,
): Promise<PasswordCheck> {
  const find = () => deps.users.findByEmail(email);
  const byName = triesByName(deps, email);
  const token = deviceToken === null ? null : deps.refreshTokens.parse(deviceToken);
  if (token === null) return checkPassword(deps, actor, byName, password, find);
  const credential = await find();
  const found = async () => credential;
  const isOwn = credential?.user.id === token.userId;
  if (!isOwn) return checkPassword(deps, actor, byName, password, found);
  const byToken = triesBy(deps, token.userId, token.sessionId);
  const check = await checkPassword(deps, actor, byToken, password, found);
  // A stolen token must not make signing in harder than no token.
  const wait = waitOf(check);
  if (wait === null) return check;
  const other = await checkPassword(deps, actor, byName, password, found);
  const otherWait = waitOf(other);
  return otherWait !== null && wait < otherWait ? check : other;
}

/** Milliseconds to wait, or null when the password was compared. */
const waitOf = (check: PasswordCheck): number | null =>
  check.ok || check.error === "invalid_credentials" ? null : check.error.retryAfter;

/** Not part of the sign-in: when it fails, the next sign-in tries again. */
async function rehash(deps: SignInDeps, old: Credential, password: Password): Promise<void> {
  if (old.passwordHash === null) return;
  await deps.users.rehash(old.user.id, old.passwordHash, await deps.hasher.hash(password));
}
