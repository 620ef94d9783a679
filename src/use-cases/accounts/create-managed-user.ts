import { type Actor, mayDoEverything } from "../../domain/access/actor.ts";
import { mayBecome, NO_RIGHTS, rightsOf } from "../../domain/access/rights.ts";
import { USER } from "../../domain/access/role.ts";
import { mayMakeWith } from "../access/may-grant.ts";
import type { ManageUsersDeps } from "./change-user.ts";
import {
  type CreateUserDeps,
  type CreateUserInput,
  type CreateUserResult,
  createUser,
} from "./create-user.ts";

/**
 * Makes an account that may do nothing its maker may not. Whoever chooses its password can act as
 * it, also when it has been given more: that is for those who may do everything.
 */
export async function createManagedUser(
  deps: ManageUsersDeps & CreateUserDeps,
  actor: Actor,
  input: CreateUserInput,
): Promise<CreateUserResult | { readonly kind: "forbidden" | "too_many_permissions" }> {
  if (input.password !== null && !mayDoEverything(actor)) return { kind: "forbidden" };
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
