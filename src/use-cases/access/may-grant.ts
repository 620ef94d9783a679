import type { Actor } from "../../domain/access/actor.ts";
import { covers, grants } from "../../domain/access/permission.ts";
import { permissionsOf, type Role } from "../../domain/access/role.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Actors, Roles } from "./ports.ts";

/**
 * Times that a change is decided, when what it was decided on changed meanwhile. In each round one
 * of those who change the same thing at once is done.
 */
const MAX_ROUNDS = 10;

/**
 * Decides a change, and anew where something moved before it was made. It may have been the right
 * of whoever acts: once that was taken, nothing that was under way is done with it.
 */
export async function inRounds<R extends Result<unknown, string>>(
  actors: Actors,
  actor: Actor,
  decide: () => Promise<R | "moved">,
): Promise<R | Result<never, "forbidden" | "conflict">> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const decided = await decide();
    if (decided !== "moved") return decided;
    if (!(await actors.stillAct(actor))) return err("forbidden");
  }
  return err("conflict");
}

/**
 * Nobody hands out, takes away or acts upon more than they hold. The roles are read now: by an
 * older copy a role that was just raised would look harmless.
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

/** The same for roles that a new account is made with: handing out roles is a right of its own. */
export async function mayMakeWith(
  roles: Roles,
  actor: Actor,
  names: readonly string[],
): Promise<Result<ReadonlyMap<string, Role>, "forbidden" | "no_such_role">> {
  if (names.length > 0 && !grants(actor.permissions, "roles:assign")) return err("forbidden");
  return mayGrant(roles, actor, names);
}
