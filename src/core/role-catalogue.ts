import type { Role } from "../domain/role.ts";
import type { Clock, RoleCatalogue, Roles } from "../use-cases/ports.ts";
import { ROLES_MAX_AGE } from "./constants.ts";

/** The isolate's copy of the roles: at most a minute old, and none rather than an older one. */
export function roleCatalogue(roles: Roles, clock: Clock): RoleCatalogue {
  let copy: { readonly byName: ReadonlyMap<string, Role>; readonly readAt: number } | null = null;

  return {
    async all() {
      const now = clock();
      // A clock that jumped back makes the copy's age unknown, not small.
      if (copy !== null && now >= copy.readAt && now - copy.readAt < ROLES_MAX_AGE) {
        return copy.byName;
      }
      const fresh = new Map((await roles.list()).map((role) => [role.name, role]));
      copy = { byName: fresh, readAt: now };
      return fresh;
    },
    forget() {
      copy = null;
    },
  };
}
