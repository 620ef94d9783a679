import { type Actor, mayDoEverything } from "../../domain/access/actor.ts";
import { fitsLimits, NO_RIGHTS, rightsOf } from "../../domain/access/rights.ts";
import { USER } from "../../domain/access/role.ts";
import type { User } from "../../domain/accounts/user.ts";
import { err, type Result } from "../../domain/result.ts";
import { mayMakeWith } from "../access/may-grant.ts";
import type { Actors, Roles } from "../access/ports.ts";
import type { WeakPassword } from "../credentials/refusals.ts";
import { type CreateUserDeps, type CreateUserInput, createUser } from "./create-user.ts";

export type CreateManagedUserDeps = CreateUserDeps & {
  readonly actors: Actors;
  readonly roles: Roles;
};

type Refusal = "forbidden" | "no_such_role" | "too_many_permissions" | "email_taken" | WeakPassword;

/**
 * Makes an account that may do nothing its maker may not. Choosing its password needs `*`: whoever
 * knows it can sign in, also after the account was given more.
 */
export async function createManagedUser(
  deps: CreateManagedUserDeps,
  actor: Actor,
  input: CreateUserInput,
): Promise<Result<User, Refusal>> {
  if (input.password !== null && !mayDoEverything(actor)) return err("forbidden");
  const allowed = await mayMakeWith(deps.roles, actor, input.roles);
  if (!allowed.ok) return allowed;
  const roles = [...new Set([USER, ...input.roles])];
  if (!fitsLimits(NO_RIGHTS, rightsOf(roles, allowed.value))) return err("too_many_permissions");
  const made = await createUser(deps, actor, input);
  if (made.ok || (made.error !== "email_taken" && made.error !== "no_such_role")) return made;
  if (!(await deps.actors.stillAct(actor))) return err("forbidden");
  // The role may have gained permissions since the check.
  const still = await mayMakeWith(deps.roles, actor, input.roles);
  return still.ok ? made : still;
}
