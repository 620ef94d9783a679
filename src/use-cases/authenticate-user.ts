import { authorityOf } from "../domain/authority.ts";
import type { Email } from "../domain/email.ts";
import type { SessionId } from "../domain/ids.ts";
import type { Password } from "../domain/password.ts";
import { type SignInRefusal, signInRefusal, type User } from "../domain/user.ts";
import { checkPassword, type PasswordCheckDeps } from "./check-password.ts";
import { type IssueDeps, issueToken, type TokenPair } from "./issue-token.ts";
import {
  type Accounts,
  type Credential,
  type Defer,
  type Device,
  type RandomBytes,
  type RoleCatalogue,
  type TokenSigner,
  Unavailable,
  type Users,
} from "./ports.ts";
import type { RefreshTokenCodec } from "./refresh-token.ts";

export type SignInDeps = PasswordCheckDeps &
  IssueDeps & {
    readonly users: Users;
    readonly accounts: Accounts;
    readonly catalogue: RoleCatalogue;
    readonly signer: TokenSigner;
    readonly refreshTokens: RefreshTokenCodec;
    readonly random: RandomBytes;
    readonly newSessionId: () => SessionId;
    readonly requireVerifiedEmail: boolean;
    readonly defer: Defer;
  };

export type SignInInput = {
  readonly email: Email;
  readonly password: Password;
  readonly device: Device;
};

export type SignIn =
  | { readonly kind: "signed_in"; readonly tokens: TokenPair }
  | { readonly kind: "invalid_credentials" }
  | { readonly kind: SignInRefusal }
  | { readonly kind: "throttled"; readonly retryAfter: number };

/** Times a sign-in is done over when the account changed while its password was checked. */
const MAX_ROUNDS = 2;

/**
 * @throws Unavailable when a store does not answer, or the account changes faster than it can be
 *   read; a try that an outage ended is taken back where the throttle still answers
 */
export async function authenticateUser(deps: SignInDeps, input: SignInInput): Promise<SignIn> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const check = await checkPassword(deps, input.email, input.password, () =>
      deps.users.findByEmail(input.email),
    );
    if (check.kind === "throttled") return check;
    if (check.kind === "wrong") return { kind: "invalid_credentials" };
    const { user } = check.credential;
    const refusal = signInRefusal(user, deps.requireVerifiedEmail);
    if (refusal !== null) return { kind: refusal };
    const tokens = await openSession(deps, user, input.device);
    if (tokens === "refused") return { kind: "invalid_credentials" };
    if (tokens === "stale") continue;
    // A second hash, which the sign-in does not need: its tokens come first.
    if (check.outdatedHash) deps.defer(rehash(deps, check.credential, input.password));
    return { kind: "signed_in", tokens };
  }
  throw new Unavailable("account row");
}

async function openSession(
  deps: SignInDeps,
  user: User,
  device: Device,
): Promise<TokenPair | "stale" | "refused"> {
  // Ready before the session exists: nothing can then keep its tokens from its owner.
  const [sign, roles] = await Promise.all([deps.signer.prepare(), deps.catalogue.all()]);
  const sessionId = deps.newSessionId();
  const first = deps.refreshTokens.first(user.id, sessionId, deps.random(32));
  const answer = await deps.accounts.openSession(user.id, {
    seen: authorityOf(user),
    sessionId,
    token: { hash: deps.refreshTokens.hash(first), secretVersion: first.version },
    device,
  });
  if (answer.kind !== "opened") return answer.kind;
  return issueToken(deps, {
    sign,
    roles,
    userId: user.id,
    sessionId,
    grant: answer.grant,
    refreshToken: deps.refreshTokens.format(first),
  });
}

/** Not part of the sign-in: when it fails, the next sign-in tries again. */
async function rehash(deps: SignInDeps, old: Credential, password: Password): Promise<void> {
  if (old.passwordHash === null) return;
  await deps.users.rehash(old.user.id, old.passwordHash, deps.hasher.hash(password));
}
