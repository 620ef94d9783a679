import type { Actor } from "../../domain/access/actor.ts";
import { covers } from "../../domain/access/permission.ts";
import { mayBecome, NO_RIGHTS, rightsOf } from "../../domain/access/rights.ts";
import { rolesAfter, USER } from "../../domain/access/role.ts";
import type { AccountChange } from "../../domain/accounts/account-change.ts";
import type { User } from "../../domain/accounts/user.ts";
import type { UserId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { inRounds, mayGrant, mayMakeWith } from "../access/may-grant.ts";
import type { Actors, Roles } from "../access/ports.ts";
import type { LoginThrottle } from "../credentials/ports.ts";
import type { Clock } from "../outside.ts";
import {
  type CreateUserDeps,
  type CreateUserInput,
  type CreateUserResult,
  createUser,
} from "./create-user.ts";
import type { Accounts, Users } from "./ports.ts";

export type ManageUsersDeps = {
  readonly actors: Actors;
  readonly users: Users;
  readonly accounts: Accounts;
  readonly roles: Roles;
  readonly throttle: LoginThrottle;
  readonly clock: Clock;
  readonly newChangeId: () => string;
};

type Refusal =
  | "forbidden"
  | "not_found"
  | "no_such_role"
  | "last_admin"
  | "too_many_permissions"
  | "conflict";

/**
 * Makes an account that may do nothing its maker may not. Whoever chooses its password can act as
 * it, also when it has been given more: that is for those who may do everything.
 */
export async function createManagedUser(
  deps: ManageUsersDeps & CreateUserDeps,
  actor: Actor,
  input: CreateUserInput,
): Promise<CreateUserResult | { readonly kind: "forbidden" | "too_many_permissions" }> {
  if (input.password !== null && !covers(actor.permissions, ["*"])) return { kind: "forbidden" };
  const allowed = await mayMakeWith(deps.roles, actor, input.roles);
  if (!allowed.ok) return { kind: allowed.error };
  const roles = [...new Set([USER, ...input.roles])];
  if (!mayBecome(NO_RIGHTS, rightsOf(roles, allowed.value)))
    return { kind: "too_many_permissions" };
  const made = await createUser(deps, input, actor);
  if (made.kind !== "email_taken" && made.kind !== "no_such_role") return made;
  if (!(await deps.actors.stillAct(actor))) return { kind: "forbidden" };
  // A role may have been raised above whoever gives it since it was looked at.
  const still = await mayMakeWith(deps.roles, actor, input.roles);
  return still.ok ? made : { kind: still.error };
}

/**
 * Changes an account's name and status. Disabled, it has no session left when this returns.
 * Setting it active, even when it was, also reopens password sign-in after too many failures.
 */
export async function updateUser(
  deps: ManageUsersDeps,
  actor: Actor,
  userId: UserId,
  { name, status }: { readonly name?: string | null; readonly status?: User["status"] },
): Promise<Result<User, Refusal>> {
  const target = await targetOf(deps, actor, userId, null);
  if (!target.ok) return target;
  if (status !== undefined) {
    const changed = await changeTarget(deps, actor, userId, { kind: "set_status", status });
    if (!changed.ok) return changed;
    if (status === "active") await deps.throttle.clear(target.value.email);
  }
  if (name !== undefined && !(await deps.users.rename(userId, name, deps.clock(), actor))) {
    return err(await refusalOf(deps, actor, "not_found"));
  }
  const found = await deps.users.findById(userId);
  return found === null ? err("not_found") : ok(found.user);
}

/**
 * Deletes an account; no session is left when this returns. What it may do says nothing to those
 * who may do everything: they need not look, and so can also delete a row that nobody can read.
 */
export async function deleteUser(
  deps: ManageUsersDeps,
  actor: Actor,
  userId: UserId,
): Promise<Result<null, Refusal>> {
  const change = { kind: "delete" } as const;
  if (!covers(actor.permissions, ["*"])) return changeTarget(deps, actor, userId, change);
  if (!(await deps.users.mend(userId, deps.newChangeId(), actor))) return err("not_found");
  const command = { changeId: deps.newChangeId(), change, ifVersion: null, by: actor };
  const answer = await deps.accounts.change(userId, command);
  if (answer.kind === "done") return ok(null);
  return err(await refusalOf(deps, actor, answer.kind));
}

/** Gives or takes a role. Either needs every permission that the role carries. */
export async function setRole(
  deps: ManageUsersDeps,
  actor: Actor,
  userId: UserId,
  role: string,
  wanted: "assign_role" | "remove_role",
): Promise<Result<null, Refusal>> {
  return changeTarget(deps, actor, userId, { kind: wanted, role });
}

/** Makes a change that was allowed of the very version it is made to. */
async function changeTarget(
  deps: ManageUsersDeps,
  actor: Actor,
  userId: UserId,
  change: AccountChange,
): Promise<Result<null, Refusal>> {
  return inRounds<Result<null, Refusal>>(deps.actors, actor, async () => {
    const target = await targetOf(deps, actor, userId, change);
    if (!target.ok) return target;
    const { version: ifVersion } = target.value;
    const command = { changeId: deps.newChangeId(), change, ifVersion, by: actor };
    const answer = await deps.accounts.change(userId, command);
    if (answer.kind === "done") return ok(null);
    // A role that was to be given may be gone, or grant more than when it was looked at.
    if (answer.kind === "conflict" || answer.kind === "no_such_role") return "moved";
    return err(await refusalOf(deps, actor, answer.kind));
  });
}

/** Why a change was not made: perhaps whoever asked lost the right while they were asking. */
async function refusalOf<R extends string>(
  { actors }: ManageUsersDeps,
  actor: Actor,
  refusal: R,
): Promise<R | "forbidden"> {
  return (await actors.stillAct(actor)) ? refusal : "forbidden";
}

/** The account, unless it may do something that whoever asks may not, or would hold too much. */
async function targetOf(
  deps: ManageUsersDeps,
  actor: Actor,
  userId: UserId,
  change: AccountChange | null,
): Promise<Result<User, Refusal>> {
  const credential = await deps.users.findById(userId);
  if (credential === null) return err("not_found");
  const { user } = credential;
  const after = rolesAfter(user.roles, change);
  const allowed = await mayGrant(deps.roles, actor, [...new Set([...user.roles, ...after])]);
  if (!allowed.ok) return allowed;
  const rights = (roles: readonly string[]) => rightsOf(roles, allowed.value);
  // Taking is never refused, though what a wildcard had covered may then be much.
  const isGiven = after.length > user.roles.length;
  const fits = !isGiven || mayBecome(rights(user.roles), rights(after));
  return fits ? ok(user) : err("too_many_permissions");
}
