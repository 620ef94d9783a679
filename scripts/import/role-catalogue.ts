import * as z from "zod";
import { fitsLimits, NO_RIGHTS, rightsOf } from "../../src/domain/access/rights.ts";
import {
  ADMIN,
  BUILT_IN_CATALOGUE,
  permissionsOf,
  type Role,
} from "../../src/domain/access/role.ts";
import type { Database } from "../database.ts";
import { rolesHeld } from "./import-sql.ts";

const row = z.object({ name: z.string(), permission: z.string().nullable() });

export type RoleCatalogue = ReadonlyMap<string, Role>;

/** The roles of the database, with what they grant now. */
export function readRoleCatalogue(database: Database): RoleCatalogue {
  const query = `select roles.name, permission from roles
    left join role_permissions on role_permissions.role = roles.name`;
  const catalogue = new Map<string, Role>();
  for (const { name, permission } of z.array(row).parse(database.readRows(query))) {
    const permissions = catalogue.get(name)?.permissions ?? [];
    const granted = permission === null ? [] : [permission];
    catalogue.set(name, { name, description: "", permissions: [...permissions, ...granted] });
  }
  return new Map([...catalogue, ...BUILT_IN_CATALOGUE]);
}

/** Why an account may not come with these roles, or null. */
export function rolesFault(roles: readonly string[], catalogue: RoleCatalogue): string | null {
  const missing = roles.find((role) => !catalogue.has(role));
  if (missing !== undefined) return `roles: there is no role ${missing}; make it first`;
  if (roles.includes(ADMIN) || permissionsOf(roles, catalogue).includes("*")) {
    return "roles: no import makes an administrator; `npm run admin:create` does";
  }
  const rights = rightsOf(rolesHeld(roles), catalogue);
  return fitsLimits(NO_RIGHTS, rights) ? null : "roles: together they grant too much";
}
