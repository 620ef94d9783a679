import type { Actor } from "../../domain/access/actor.ts";
import { covers } from "../../domain/access/permission.ts";
import { isBuiltIn, type Role } from "../../domain/access/role.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { decideInRounds } from "./decide-in-rounds.ts";
import { editBy, type ManageRolesDeps } from "./editable-role.ts";

/** Makes a role that grants nothing its maker lacks. */
export async function createRole(
  deps: ManageRolesDeps,
  actor: Actor,
  role: Role,
): Promise<Result<Role, "forbidden" | "role_exists" | "too_many_roles" | "conflict">> {
  if (isBuiltIn(role.name)) return err("role_exists");
  if (!covers(actor.permissions, role.permissions)) return err("forbidden");
  return decideInRounds(deps.actors, actor, async () => {
    const made = await deps.roles.create(role, editBy(deps, actor));
    if (made === "moved") return made;
    if (made !== "created") return err(made === "too_many" ? "too_many_roles" : made);
    deps.catalogue.forget();
    return ok(role);
  });
}
