import type { AccountChange } from "../domain/account-change.ts";
import type { UserId } from "../domain/ids.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { User } from "../domain/user.ts";
import {
  type CreateUserDeps,
  type CreateUserInput,
  type CreateUserResult,
  createUser,
} from "./create-user.ts";
import { mayGrant, mayMakeWith } from "./may-grant.ts";
import type {
  Accounts,
  ChangeAnswer,
  ChangeCommand,
  Clock,
  LoginThrottle,
  Roles,
  Users,
} from "./ports.ts";

export type ManageUsersDeps = {
  readonly users: Users;
  readonly accounts: Accounts;
  readonly roles: Roles;
  readonly throttle: LoginThrottle;
  readonly clock: Clock;
  readonly newChangeId: () => string;
};

/** Permissions of whoever asks, as they are now. */
type Held = readonly string[];

type Refusal = "forbidden" | "not_found" | "no_such_role" | "last_admin" | "conflict";

/** A change is decided again when its account changed after the decision. */
const MAX_ROUNDS = 3;

/** Makes an account that may do nothing its maker may not. */
export async function createManagedUser(
  deps: ManageUsersDeps & CreateUserDeps,
  held: Held,
  input: CreateUserInput,
): Promise<CreateUserResult | { readonly kind: "forbidden" }> {
  const allowed = await mayMakeWith(deps.roles, held, input.roles);
  return allowed.ok ? createUser(deps, input) : { kind: allowed.error };
}

/**
 * Changes an account's name and status. Disabled, it has no session left when this returns.
 * Setting it active, even when it was, also reopens password sign-in after too many failures.
 */
export async function updateUser(
  deps: ManageUsersDeps,
  held: Held,
  userId: UserId,
  { name, status }: { readonly name?: string | null; readonly status?: User["status"] },
): Promise<Result<User, Refusal>> {
  const target = await targetOf(deps, held, userId);
  if (!target.ok) return target;
  if (status !== undefined) {
    const changed = await changeTarget(deps, held, userId, { kind: "set_status", status });
    if (!changed.ok) return changed;
    if (status === "active") await deps.throttle.clear(target.value.email);
  }
  if (name !== undefined) await deps.users.rename(userId, name, deps.clock());
  const found = await deps.users.findById(userId);
  return found === null ? err("not_found") : ok(found.user);
}

/** Deletes an account; no session is left when this returns. */
export async function deleteUser(
  deps: ManageUsersDeps,
  held: Held,
  userId: UserId,
): Promise<Result<null, Refusal>> {
  return changeTarget(deps, held, userId, { kind: "delete" });
}

/** Gives or takes a role. Either needs every permission that the role carries. */
export async function setRole(
  deps: ManageUsersDeps,
  held: Held,
  userId: UserId,
  role: string,
  wanted: "assign_role" | "remove_role",
): Promise<Result<null, Refusal>> {
  const allowed = await mayGrant(deps.roles, held, [role]);
  if (!allowed.ok) return allowed;
  const target = await targetOf(deps, held, userId);
  if (!target.ok) return target;
  // Whatever else happens to the account meanwhile, this one role may be given or taken.
  return made(await deps.accounts.change(userId, command(deps, { kind: wanted, role }, null)));
}

/** Makes a change that was allowed of the very version it is made to. */
async function changeTarget(
  deps: ManageUsersDeps,
  held: Held,
  userId: UserId,
  change: AccountChange,
): Promise<Result<null, Refusal>> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const target = await targetOf(deps, held, userId);
    if (!target.ok) return target;
    const { version } = target.value;
    const answer = await deps.accounts.change(userId, command(deps, change, version));
    if (answer.kind !== "conflict") return made(answer);
  }
  return err("conflict");
}

const command = (
  deps: ManageUsersDeps,
  change: AccountChange,
  ifVersion: number | null,
): ChangeCommand => ({ changeId: deps.newChangeId(), change, ifVersion });

const made = (answer: ChangeAnswer): Result<null, Refusal> =>
  answer.kind === "done" ? ok(null) : err(answer.kind);

/** The account, unless it may do something that whoever asks may not. */
async function targetOf(
  deps: ManageUsersDeps,
  held: Held,
  userId: UserId,
): Promise<Result<User, Refusal>> {
  const credential = await deps.users.findById(userId);
  if (credential === null) return err("not_found");
  const allowed = await mayGrant(deps.roles, held, credential.user.roles);
  return allowed.ok ? ok(credential.user) : allowed;
}
