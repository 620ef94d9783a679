import type { AccountChange } from "../domain/account-change.ts";
import type { UserId } from "../domain/ids.ts";
import { covers } from "../domain/permission.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { permissionsOf } from "../domain/role.ts";
import type { User } from "../domain/user.ts";
import { mayGrant } from "./create-user.ts";
import type { Accounts, LoginThrottle, RoleCatalogue, Users } from "./ports.ts";

export type ManageUsersDeps = {
  readonly users: Users;
  readonly accounts: Accounts;
  readonly catalogue: RoleCatalogue;
  readonly throttle: LoginThrottle;
  readonly newChangeId: () => string;
};

/** Permissions of whoever asks, as they are now. */
type Held = readonly string[];

type Refusal = "forbidden" | "not_found" | "no_such_role" | "last_admin" | "conflict";

/**
 * Enables or disables an account. Disabled, it has no session left when this returns. Setting
 * it active, even when it was, also reopens password sign-in after too many failures.
 */
export async function setStatus(
  deps: ManageUsersDeps,
  held: Held,
  userId: UserId,
  status: User["status"],
): Promise<Result<null, Refusal>> {
  const target = await targetOf(deps, held, userId);
  if (!target.ok) return target;
  const changed = await change(deps, userId, { kind: "set_status", status });
  if (changed.ok && status === "active") await deps.throttle.clear(target.value.email);
  return changed;
}

/** Deletes an account; no session is left when this returns. */
export async function deleteUser(
  deps: ManageUsersDeps,
  held: Held,
  userId: UserId,
): Promise<Result<null, Refusal>> {
  const target = await targetOf(deps, held, userId);
  return target.ok ? change(deps, userId, { kind: "delete" }) : target;
}

/** Gives or takes a role. Either needs every permission that the role carries. */
export async function setRole(
  deps: ManageUsersDeps,
  held: Held,
  userId: UserId,
  role: string,
  wanted: "assign_role" | "remove_role",
): Promise<Result<null, Refusal>> {
  const credential = await deps.users.findById(userId);
  if (credential === null) return err("not_found");
  const allowed = await mayGrant(deps.catalogue, held, [role]);
  if (!allowed.ok) return allowed;
  return change(deps, userId, { kind: wanted, role });
}

/** The account, unless it may do something that whoever asks may not. */
async function targetOf(
  deps: ManageUsersDeps,
  held: Held,
  userId: UserId,
): Promise<Result<User, "not_found" | "forbidden">> {
  const credential = await deps.users.findById(userId);
  if (credential === null) return err("not_found");
  const theirs = permissionsOf(credential.user.roles, await deps.catalogue.all());
  return covers(held, theirs) ? ok(credential.user) : err("forbidden");
}

async function change(
  deps: ManageUsersDeps,
  userId: UserId,
  wanted: AccountChange,
): Promise<Result<null, Refusal>> {
  const answer = await deps.accounts.change(userId, {
    changeId: deps.newChangeId(),
    change: wanted,
    ifVersion: null,
  });
  return answer.kind === "done" ? ok(null) : err(answer.kind);
}
