import type { Actor } from "../domain/actor.ts";
import { covers } from "../domain/permission.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { isBuiltIn, type Role } from "../domain/role.ts";
import type { RoleCatalogue, Roles } from "./ports.ts";

export type ManageRolesDeps = { readonly roles: Roles; readonly catalogue: RoleCatalogue };

/** Makes a role that carries nothing its maker lacks. */
export async function createRole(
  deps: ManageRolesDeps,
  actor: Actor,
  role: Role,
): Promise<Result<Role, "forbidden" | "role_exists">> {
  if (isBuiltIn(role.name)) return err("role_exists");
  if (!covers(actor.permissions, role.permissions)) return err("forbidden");
  if ((await deps.roles.create(role)) === "role_exists") return err("role_exists");
  deps.catalogue.forget();
  return ok(role);
}

/** Changes a role that its editor could have made, into one that its editor could make. */
export async function updateRole(
  deps: ManageRolesDeps,
  actor: Actor,
  name: string,
  change: Partial<Omit<Role, "name">>,
): Promise<Result<Role, "forbidden" | "not_found" | "conflict">> {
  const allowed = await mayEdit(deps, actor, name);
  if (!allowed.ok) return allowed;
  if (!covers(actor.permissions, change.permissions ?? [])) return err("forbidden");
  const updated = await deps.roles.update(name, change);
  if (updated === null) return err("not_found");
  deps.catalogue.forget();
  return ok(updated);
}

/** Removes a role that nobody holds. */
export async function removeRole(
  deps: ManageRolesDeps,
  actor: Actor,
  name: string,
): Promise<Result<null, "forbidden" | "not_found" | "conflict" | "role_in_use">> {
  const allowed = await mayEdit(deps, actor, name);
  if (!allowed.ok) return allowed;
  const outcome = await deps.roles.remove(name);
  if (outcome !== "removed") return err(outcome);
  deps.catalogue.forget();
  return ok(null);
}

async function mayEdit(
  deps: ManageRolesDeps,
  actor: Actor,
  name: string,
): Promise<Result<null, "forbidden" | "not_found" | "conflict">> {
  if (isBuiltIn(name)) return err("conflict");
  const role = (await deps.roles.named([name])).get(name);
  if (role === undefined) return err("not_found");
  return covers(actor.permissions, role.permissions) ? ok(null) : err("forbidden");
}
