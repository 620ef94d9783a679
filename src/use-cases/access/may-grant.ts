import { type Actor, may, mayDoEverything, showedOneFactor } from "../../domain/access/actor.ts";
import { covers } from "../../domain/access/permission.ts";
import { permissionsOf, type Role } from "../../domain/access/role.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Roles } from "./ports.ts";

/**
 * Nobody grants, takes away or acts upon more than they hold. Roles are read now: a copy may miss a
 * permission that was just added.
 *
 * @param names the roles that are granted, or that the account acted upon holds
 * @returns those roles as they were read
 */
export async function mayGrant(
  roles: Roles,
  actor: Actor,
  names: readonly string[],
): Promise<Result<ReadonlyMap<string, Role>, "forbidden" | "no_such_role">> {
  const catalogue = await roles.named(names);
  if (names.some((name) => !catalogue.has(name))) return err("no_such_role");
  const given = permissionsOf(names, catalogue);
  return covers(actor.permissions, given) ? ok(catalogue) : err("forbidden");
}

/** The same for the roles of a new account, which need `roles:assign` as well. */
export async function mayMakeWith(
  roles: Roles,
  actor: Actor,
  names: readonly string[],
): Promise<Result<ReadonlyMap<string, Role>, "forbidden" | "no_such_role">> {
  if (names.length > 0 && !may(actor, "roles:assign")) return err("forbidden");
  const allowed = await mayGrant(roles, actor, names);
  if (!allowed.ok) return allowed;
  return [...allowed.value.values()].every((role) => mayHandle(actor, role))
    ? allowed
    : err("forbidden");
}

/**
 * False for a role that asks for two factors, to a person who showed one: they neither give nor edit
 * it, whatever it grants, since others may go by its name. Who may do everything may do that.
 */
export const mayHandle = (actor: Actor, role: Role | undefined): boolean =>
  role?.requireAal2 !== true || !showedOneFactor(actor) || mayDoEverything(actor);
