import type { Person } from "../../domain/access/actor.ts";
import type { AccountChange } from "../../domain/accounts/account-change.ts";
import type { Password } from "../../domain/credentials/password.ts";
import {
  checkPassword,
  type PasswordCheck,
  type PasswordCheckDeps,
  triesBy,
} from "../credentials/check-password.ts";
import type { Credential } from "../credentials/ports.ts";
import type { NewSession } from "../sessions/ports.ts";
import type { Accounts, ChangeAnswer, Users } from "./ports.ts";

export type OwnAccountDeps = PasswordCheckDeps & {
  readonly users: Users;
  readonly accounts: Accounts;
  readonly newChangeId: () => string;
};

export type Owner = Pick<Person, "userId">;

export type Refusal =
  | { readonly kind: "throttled"; readonly retryAfter: number }
  | { readonly kind: "invalid_credentials" | "not_found" | "conflict" | "last_admin" };

/** An access token alone does not change an account: whoever borrowed a session has one too. */
export async function proveOwner(
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

/**
 * Made to the version whose password was proved. A fence, after an outage, moves the version on
 * and leaves the password: then the proof holds for what is there now.
 */
export async function changeOwn(
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

export function refused({ kind }: Exclude<ChangeAnswer, { kind: "done" }>): Refusal {
  return { kind: kind === "no_such_role" ? "conflict" : kind };
}
