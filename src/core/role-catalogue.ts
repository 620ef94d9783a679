import type { Clock, RoleCatalogue, Roles } from "../use-cases/ports.ts";
import { ROLES_MAX_AGE } from "./constants.ts";
import { isolateCopy } from "./isolate-copy.ts";

/** The isolate's copy of the roles: at most a minute old, and none rather than an older one. */
export function roleCatalogue(roles: Roles, clock: Clock): RoleCatalogue {
  const byName = async () => new Map((await roles.list()).map((role) => [role.name, role]));
  const { cached, read, forget } = isolateCopy(byName, ROLES_MAX_AGE, clock);
  return { cached, all: read, forget };
}
