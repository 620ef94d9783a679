import type { AccountChange } from "../../domain/accounts/account-change.ts";
import { type SignInRefusal, signInRefusal } from "../../domain/accounts/user.ts";
import type { Password, PasswordWeakness } from "../../domain/credentials/password.ts";
import type { Device } from "../../domain/sessions/refresh-session.ts";
import {
  checkPassword,
  type PasswordCheck,
  type PasswordCheckDeps,
  triesBy,
} from "../credentials/check-password.ts";
import type { Credential, PasswordPolicy } from "../credentials/ports.ts";
import { Unavailable } from "../outside.ts";
import { type BeginDeps, beginSession } from "../sessions/begin-session.ts";
import type { NewSession } from "../sessions/ports.ts";
import type { TokenPair } from "../tokens/issue-token.ts";
import type { UserCaller } from "../tokens/verify-token.ts";
import type { Accounts, ChangeAnswer, Users } from "./ports.ts";

export type OwnAccountDeps = PasswordCheckDeps & {
  readonly users: Users;
  readonly accounts: Accounts;
  readonly newChangeId: () => string;
};

type ChangePasswordDeps = OwnAccountDeps &
  BeginDeps & { readonly policy: PasswordPolicy; readonly requireVerifiedEmail: boolean };

type Owner = Pick<UserCaller, "userId">;

type Refusal =
  | { readonly kind: "throttled"; readonly retryAfter: number }
  | { readonly kind: "invalid_credentials" | "not_found" | "conflict" | "last_admin" };

export type PasswordChange =
  | { readonly kind: "done"; readonly tokens: TokenPair }
  | { readonly kind: "weak_password"; readonly weakness: PasswordWeakness }
  | { readonly kind: SignInRefusal }
  | Refusal;

/**
 * Changes one's own password. Every session has ended when it returns (ASVS 7.4.3), also the one
 * that asked, since whoever copied its tokens must be out; the tokens are those of a new one,
 * which only an account that may sign in can have.
 */
export async function changePassword(
  deps: ChangePasswordDeps,
  owner: Owner,
  input: { readonly current: Password; readonly next: Password; readonly device: Device },
): Promise<PasswordChange> {
  const proven = await proveOwner(deps, owner, input.current);
  if (proven.kind !== "right") return proven;
  const { user } = proven.credential;
  const refusal = signInRefusal(user, deps.requireVerifiedEmail);
  if (refusal !== null) return { kind: refusal };
  const weakness = await deps.policy.weakness(input.next, user.email);
  if (weakness !== null) return { kind: "weak_password", weakness };
  const { session, issue } = await beginSession(deps, user, input.device);
  const change = { kind: "set_password", passwordHash: deps.hasher.hash(input.next) } as const;
  const answer = await changeOwn(deps, proven.credential, change, session);
  if (answer.kind !== "done") return refused(answer);
  // An object that runs older code opens none: its owner signs in with the new password.
  if (answer.opened === undefined) throw new Unavailable("account");
  return { kind: "done", tokens: await issue(answer.opened) };
}

/** Deletes one's own account; no session is left when it returns. */
export async function deleteOwnAccount(
  deps: OwnAccountDeps,
  owner: Owner,
  password: Password,
): Promise<{ readonly kind: "done" } | Refusal> {
  const proven = await proveOwner(deps, owner, password);
  if (proven.kind !== "right") return proven;
  const answer = await changeOwn(deps, proven.credential, { kind: "delete" });
  return answer.kind === "done" ? { kind: "done" } : refused(answer);
}

/**
 * Made to the version whose password was proved. A fence, after an outage, moves the version on
 * and leaves the password: then the proof holds for what is there now.
 */
async function changeOwn(
  deps: OwnAccountDeps,
  { user, passwordHash }: Credential,
  change: AccountChange,
  open?: NewSession,
): Promise<ChangeAnswer> {
  const attempt = (ifVersion: number) =>
    deps.accounts.change(user.id, {
      changeId: deps.newChangeId(),
      change,
      ifVersion,
      ...(open === undefined ? {} : { open }),
    });
  const answer = await attempt(user.version);
  if (answer.kind !== "conflict") return answer;
  const now = await deps.users.findById(user.id);
  const isProven = now?.passwordHash === passwordHash && now.user.status === user.status;
  return isProven ? attempt(now.user.version) : answer;
}

/** An access token alone does not change an account: whoever borrowed a session has one too. */
async function proveOwner(
  deps: OwnAccountDeps,
  owner: Owner,
  password: Password,
): Promise<Extract<PasswordCheck, { kind: "right" }> | Refusal> {
  const credential = await deps.users.findById(owner.userId);
  if (credential === null) return { kind: "not_found" };
  const tries = triesBy(deps, owner.userId, "session");
  const check = await checkPassword(deps, tries, password, async () => credential);
  return check.kind === "wrong" ? { kind: "invalid_credentials" } : check;
}

function refused({ kind }: Exclude<ChangeAnswer, { kind: "done" }>): Refusal {
  return { kind: kind === "no_such_role" ? "conflict" : kind };
}
