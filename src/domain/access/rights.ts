import {
  MAX_PERMISSIONS_PER_PRINCIPAL,
  MAX_ROLES_PER_PRINCIPAL,
  MAX_WRITTEN_RIGHTS,
} from "../limits.ts";
import { covers } from "./permission.ts";
import { permissionsOf, type Role } from "./role.ts";

/** What a user or a service account holds, as an access token says it. */
export type Rights = { readonly roles: readonly string[]; readonly permissions: readonly string[] };

export const NO_RIGHTS: Rights = { roles: [], permissions: [] };

export const rightsOf = (
  roles: readonly string[],
  catalogue: ReadonlyMap<string, Role | null>,
): Rights => ({ roles, permissions: permissionsOf(roles, catalogue) });

/**
 * False when a change exceeds the limits, or adds to what exceeds them already. Taking is never
 * refused, although what a wildcard covered counts once the wildcard goes: somebody may have to be
 * stopped at once.
 */
export function fitsLimits(before: Rights, after: Rights): boolean {
  if (onlyTakes(before, after)) return true;
  const [had, has] = [amounts(before), amounts(after)];
  return (
    has.roles <= Math.max(had.roles, MAX_ROLES_PER_PRINCIPAL) &&
    has.permissions <= Math.max(had.permissions, MAX_PERMISSIONS_PER_PRINCIPAL) &&
    has.written <= Math.max(had.written, MAX_WRITTEN_RIGHTS)
  );
}

const onlyTakes = (before: Rights, after: Rights): boolean =>
  after.roles.every((role) => before.roles.includes(role)) &&
  covers(before.permissions, after.permissions);

const amounts = ({ roles, permissions }: Rights) => ({
  roles: roles.length,
  permissions: permissions.length,
  written: JSON.stringify(roles).length + JSON.stringify(permissions).length,
});
