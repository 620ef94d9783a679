import type { Password, PasswordWeakness } from "../domain/password.ts";
import { checkPassword, type PasswordCheck, type PasswordCheckDeps } from "./check-password.ts";
import type { Accounts, ChangeAnswer, PasswordPolicy, Users } from "./ports.ts";
import type { UserCaller } from "./verify-token.ts";

export type OwnAccountDeps = PasswordCheckDeps & {
  readonly users: Users;
  readonly accounts: Accounts;
  readonly newChangeId: () => string;
};

type Owner = Pick<UserCaller, "userId" | "sessionId">;

type Refusal =
  | { readonly kind: "throttled"; readonly retryAfter: number }
  | { readonly kind: "invalid_credentials" | "not_found" | "conflict" | "last_admin" };

export type PasswordChange =
  | { readonly kind: "done" }
  | { readonly kind: "weak_password"; readonly weakness: PasswordWeakness }
  | Refusal;

/** Changes one's own password; every other session has ended when it returns (ASVS 7.4.3). */
export async function changePassword(
  deps: OwnAccountDeps & { readonly policy: PasswordPolicy },
  owner: Owner,
  input: { readonly current: Password; readonly next: Password },
): Promise<PasswordChange> {
  const proven = await proveOwner(deps, owner, input.current);
  if (proven.kind !== "right") return proven;
  const { user } = proven.credential;
  const weakness = await deps.policy.weakness(input.next, user.email);
  if (weakness !== null) return { kind: "weak_password", weakness };
  const answer = await deps.accounts.change(owner.userId, {
    changeId: deps.newChangeId(),
    change: {
      kind: "set_password",
      passwordHash: deps.hasher.hash(input.next),
      keepSession: owner.sessionId,
    },
    ifVersion: user.version,
  });
  return outcome(answer);
}

/** Deletes one's own account; no session is left when it returns. */
export async function deleteOwnAccount(
  deps: OwnAccountDeps,
  owner: Owner,
  password: Password,
): Promise<{ readonly kind: "done" } | Refusal> {
  const proven = await proveOwner(deps, owner, password);
  if (proven.kind !== "right") return proven;
  const answer = await deps.accounts.change(owner.userId, {
    changeId: deps.newChangeId(),
    change: { kind: "delete" },
    ifVersion: proven.credential.user.version,
  });
  return outcome(answer);
}

/** An access token alone does not change an account: whoever borrowed a session has one too. */
async function proveOwner(
  deps: OwnAccountDeps,
  owner: Owner,
  password: Password,
): Promise<Extract<PasswordCheck, { kind: "right" }> | Refusal> {
  const credential = await deps.users.findById(owner.userId);
  if (credential === null) return { kind: "not_found" };
  const check = await checkPassword(deps, credential.user.email, password, async () => credential);
  return check.kind === "wrong" ? { kind: "invalid_credentials" } : check;
}

function outcome(answer: ChangeAnswer): { readonly kind: "done" } | Refusal {
  if (answer.kind === "no_such_role") return { kind: "conflict" };
  return { kind: answer.kind };
}
