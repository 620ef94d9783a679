import type { Person } from "../../domain/access/actor.ts";
import { type SignInRefusal, signInRefusal } from "../../domain/accounts/user.ts";
import { provedAgain } from "../../domain/assurance.ts";
import type { Password } from "../../domain/credentials/password.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { PasswordPolicy } from "../credentials/ports.ts";
import type { WeakPassword } from "../credentials/refusals.ts";
import { Unavailable } from "../outside.ts";
import { type BeginDeps, beginSession } from "../sessions/begin-session.ts";
import type { TokenPair } from "../tokens/issue-token.ts";
import {
  changeOwn,
  type OwnAccountDeps,
  type OwnChangeRefusal,
  type ProofRefusal,
  proveOwner,
} from "./prove-owner.ts";

export type ChangePasswordDeps = OwnAccountDeps &
  BeginDeps & { readonly policy: PasswordPolicy; readonly requireVerifiedEmail: boolean };

type Refusal = ProofRefusal | OwnChangeRefusal | SignInRefusal | WeakPassword;

/**
 * Changes one's own password. Every session has ended when it returns (ASVS 7.4.3), also the one
 * that asked, whose tokens may have been copied. The tokens are those of a new session, so the
 * account must be one that may sign in.
 */
export async function changePassword(
  deps: ChangePasswordDeps,
  actor: Person,
  input: { readonly current: Password; readonly next: Password },
): Promise<Result<TokenPair, Refusal>> {
  const proven = await proveOwner(deps, actor, input.current);
  if (!proven.ok) return proven;
  const { credential } = proven.value;
  const refusal = signInRefusal(credential.user, deps.requireVerifiedEmail);
  if (refusal !== null) return err(refusal);
  const weakness = await deps.policy.weakness(input.next, credential.user.email);
  if (weakness !== null) return err({ code: "weak_password", weakness });
  const passwordHash = await deps.hasher.hash(input.next);
  // What the session proved, its heir has proved.
  const proved = provedAgain(actor.proved, actor.accountAcr, deps.clock());
  const { session, issue } = await beginSession(deps, actor, credential.user, proved);
  const change = { kind: "set_password", passwordHash } as const;
  const changed = await changeOwn(deps, actor, credential, change, session);
  if (!changed.ok) return changed;
  const { opened } = changed.value;
  // An object with older code opens no session: the owner signs in with the new password.
  if (opened === undefined) throw new Unavailable("account");
  return ok(await issue(opened));
}
