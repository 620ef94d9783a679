import { type Actor, isPerson } from "../../../src/domain/access/actor.ts";
import { covers } from "../../../src/domain/access/permission.ts";
import {
  countingRoles,
  isBuiltIn,
  permissionsOf,
  type Role,
} from "../../../src/domain/access/role.ts";
import type { MemoryDatabase } from "./memory-database.ts";

/** As the real adapter's: these roles exist and together grant exactly what they granted. */
export function areStill({ roles }: MemoryDatabase, wanted: readonly Role[]): boolean {
  const editable = wanted.filter((role) => !isBuiltIn(role.name));
  const granted = (all: readonly Role[]) =>
    JSON.stringify([
      [...new Set(all.flatMap((role) => role.permissions))].sort(),
      all.filter((role) => role.requireAal2).length,
    ]);
  const now = editable.flatMap(({ name }) => roles.get(name) ?? []);
  return now.length === editable.length && granted(now) === granted(editable);
}

/** As the real adapter's: whoever acts, if anybody, may still, and may give these roles. */
export const mayAct = (
  db: MemoryDatabase,
  by: Actor | undefined,
  given: readonly string[] = [],
): boolean => by === undefined || (stillActs(db, by) && mayStillGive(db, by, given));

/** As the real adapter's: these roles grant nothing that whoever gives them does not hold. */
const mayStillGive = (db: MemoryDatabase, by: Actor, roles: readonly string[]): boolean =>
  covers(
    by.permissions,
    permissionsOf(
      roles.filter((role) => !isBuiltIn(role)),
      db.roles,
    ),
  );

/** As the real adapter's: whoever acts is active and holds the roles and rights they act by. */
export function stillActs(db: MemoryDatabase, actor: Actor): boolean {
  const { kind, id, roles } = actor;
  const acr = isPerson(actor) ? actor.proved.acr : null;
  if (kind !== "user" && kind !== "service") return true;
  const people = [...db.users.values()].map(({ user }) => user);
  const holders = kind === "user" ? people : [...db.serviceAccounts.values()];
  return holders.some(
    (holder) =>
      holder.id === id &&
      holder.status === "active" &&
      roles.every((role) => holder.roles.includes(role)) &&
      countingRoles(roles, db.roles, acr).length === roles.length &&
      covers(permissionsOf(roles, db.roles), actor.permissions),
  );
}
