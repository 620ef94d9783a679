import type { Person } from "../../domain/access/actor.ts";
import type { AccountChange } from "../../domain/accounts/account-change.ts";
import type { Password } from "../../domain/credentials/password.ts";
import { causeOf } from "../../domain/events/event.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import {
  checkPassword,
  type PasswordCheckDeps,
  type Proof,
  triesBy,
} from "../credentials/check-password.ts";
import type { Credential } from "../credentials/ports.ts";
import type { Throttled } from "../credentials/refusals.ts";
import type { NewSession } from "../sessions/ports.ts";
import type { Accounts, ChangeAnswer, Users } from "./ports.ts";

export type OwnAccountDeps = PasswordCheckDeps & {
  readonly users: Users;
  readonly accounts: Accounts;
  readonly newChangeId: () => string;
};

export type ProofRefusal = "invalid_credentials" | "not_found" | Throttled;

/** An access token alone does not change an account: a thief of the session has one. */
export async function proveOwner(
  deps: OwnAccountDeps,
  actor: Person,
  password: Password,
): Promise<Result<Proof, ProofRefusal>> {
  const credential = await deps.users.findById(actor.userId);
  if (credential === null) return err("not_found");
  const tries = triesBy(deps, actor.userId, "session");
  return checkPassword(deps, actor, tries, password, async () => credential);
}

type Done = Extract<ChangeAnswer, { kind: "done" }>;

export type OwnChangeRefusal = "not_found" | "conflict" | "last_admin";

/**
 * Conditional on the version whose password was proved. A fence moves the version and leaves the
 * password, so the proof still holds.
 */
export async function changeOwn(
  deps: OwnAccountDeps,
  actor: Person,
  { user, passwordHash }: Credential,
  change: AccountChange,
  open?: NewSession,
): Promise<Result<Done, OwnChangeRefusal>> {
  const attempt = (ifVersion: number) =>
    deps.accounts.change(user.id, {
      changeId: deps.newChangeId(),
      change,
      ifVersion,
      cause: causeOf(actor),
      ...(open === undefined ? {} : { open }),
    });
  const answer = await attempt(user.version);
  if (answer.kind !== "conflict") return resultOf(answer);
  const now = await deps.users.findById(user.id);
  const isProven = now?.passwordHash === passwordHash && now.user.status === user.status;
  return resultOf(isProven ? await attempt(now.user.version) : answer);
}

function resultOf(answer: ChangeAnswer): Result<Done, OwnChangeRefusal> {
  if (answer.kind === "done") return ok(answer);
  const isOther = answer.kind === "no_such_role" || answer.kind === "email_taken";
  return err(isOther ? "conflict" : answer.kind);
}
