import type { Actor } from "../../domain/access/actor.ts";
import type { Role } from "../../domain/access/role.ts";
import { type Ok, ok } from "../../domain/result.ts";
import type { Roles } from "./ports.ts";

/** Every role, built-in ones included. */
export async function listRoles(
  deps: { readonly roles: Roles },
  _actor: Actor,
): Promise<Ok<readonly Role[]>> {
  return ok(await deps.roles.list());
}
