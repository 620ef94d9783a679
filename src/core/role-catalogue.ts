import type { Role } from "../domain/role.ts";
import type { Clock, RoleCatalogue, Roles } from "../use-cases/ports.ts";
import { ROLES_MAX_AGE } from "./constants.ts";

/** The isolate's copy of the roles: at most a minute old, and none rather than an older one. */
export function roleCatalogue(roles: Roles, clock: Clock): RoleCatalogue {
  let generation = 0;
  let copy: { readonly byName: ReadonlyMap<string, Role>; readonly readAt: number } | null = null;

  const cached = (): ReadonlyMap<string, Role> | null => {
    // A clock that jumped back makes the copy's age unknown, not small.
    const age = copy === null ? -1 : clock() - copy.readAt;
    return copy !== null && age >= 0 && age < ROLES_MAX_AGE ? copy.byName : null;
  };

  return {
    cached,
    async all() {
      const known = cached();
      if (known !== null) return known;
      const begun = generation;
      const readAt = clock();
      const byName = new Map((await roles.list()).map((role) => [role.name, role]));
      // What was read before an edit is no copy of what is there after it.
      if (begun === generation) copy = { byName, readAt };
      return byName;
    },
    forget() {
      generation += 1;
      copy = null;
    },
  };
}
