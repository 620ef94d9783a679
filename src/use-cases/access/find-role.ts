import type { Actor } from "../../domain/access/actor.ts";
import type { Role } from "../../domain/access/role.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Roles } from "./ports.ts";

/** A role, read now. */
export async function findRole(
  deps: { readonly roles: Roles },
  _actor: Actor,
  name: string,
): Promise<Result<Role, "not_found">> {
  const role = (await deps.roles.named([name])).get(name);
  return role === undefined ? err("not_found") : ok(role);
}
