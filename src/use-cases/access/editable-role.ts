import type { Actor } from "../../domain/access/actor.ts";
import { covers } from "../../domain/access/permission.ts";
import { isBuiltIn, type Role } from "../../domain/access/role.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Clock } from "../outside.ts";
import { mayHandle } from "./may-grant.ts";
import type { Actors, RoleCatalogue, RoleEdit, RoleHolders, Roles } from "./ports.ts";

export type ManageRolesDeps = {
  readonly actors: Actors;
  readonly roles: Roles;
  readonly serviceAccounts: RoleHolders;
  readonly catalogue: RoleCatalogue;
  readonly clock: Clock;
  readonly newChangeId: () => string;
  /** An edit, which counts for every service account that holds the role when it returns. */
  readonly thenTellHolders: <R>(role: string, edit: Promise<R>) => Promise<R>;
};

export const editBy = (deps: ManageRolesDeps, actor: Actor): RoleEdit => ({
  actor,
  changeId: deps.newChangeId(),
});

/** The role, unless it is built in or grants what the actor lacks. */
export async function editable(
  deps: ManageRolesDeps,
  actor: Actor,
  name: string,
): Promise<Result<Role, "forbidden" | "not_found" | "conflict">> {
  if (isBuiltIn(name)) return err("conflict");
  const role = (await deps.roles.named([name])).get(name);
  if (role === undefined) return err("not_found");
  const isAllowed = covers(actor.permissions, role.permissions) && mayHandle(actor, role);
  return isAllowed ? ok(role) : err("forbidden");
}
