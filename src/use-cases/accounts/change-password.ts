import { type SignInRefusal, signInRefusal } from "../../domain/accounts/user.ts";
import type { Password, PasswordWeakness } from "../../domain/credentials/password.ts";
import type { Device } from "../../domain/sessions/refresh-session.ts";
import type { PasswordPolicy } from "../credentials/ports.ts";
import { Unavailable } from "../outside.ts";
import { type BeginDeps, beginSession } from "../sessions/begin-session.ts";
import type { TokenPair } from "../tokens/issue-token.ts";
import {
  changeOwn,
  type OwnAccountDeps,
  type Owner,
  proveOwner,
  type Refusal,
  refused,
} from "./prove-owner.ts";

type ChangePasswordDeps = OwnAccountDeps &
  BeginDeps & { readonly policy: PasswordPolicy; readonly requireVerifiedEmail: boolean };

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
