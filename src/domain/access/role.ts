import type { Acr } from "../assurance.ts";
import { collapsed } from "./permission.ts";
import type { RoleName } from "./role-name.ts";

export type Role = {
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly string[];
  /** A person holds it only in a session that reached `aal2`. Programs hold it all the same. */
  readonly requireAal2?: boolean;
};

export const ADMIN = "admin" as RoleName;
export const USER = "user" as RoleName;

/** Fixed in code, so that no edit of a table can lock everyone out or let everyone in. */
export const BUILT_IN_ROLES: readonly Role[] = [
  { name: ADMIN, description: "May do everything.", permissions: ["*"] },
  { name: USER, description: "Every account. Grants nothing here.", permissions: [] },
];

/** The same where an administrator needs two factors. */
export const BUILT_IN_ROLES_AT_AAL2: readonly Role[] = BUILT_IN_ROLES.map((role) =>
  role.name === ADMIN ? { ...role, requireAal2: true } : role,
);

export const byName = (roles: readonly Role[]): ReadonlyMap<string, Role> =>
  new Map(roles.map((role) => [role.name, role]));

export const BUILT_IN_CATALOGUE = byName(BUILT_IN_ROLES);

export const isBuiltIn = (name: string): boolean => BUILT_IN_CATALOGUE.has(name);

/**
 * The permissions that a set of roles grants, sorted, without repeats and without what a wildcard
 * among them covers: more roles do not lengthen an administrator's token. A role that is gone
 * grants nothing.
 */
export function permissionsOf(
  names: readonly string[],
  catalogue: ReadonlyMap<string, Role | null>,
): string[] {
  return collapsed(names.flatMap((name) => catalogue.get(name)?.permissions ?? []));
}

/**
 * The roles that count in a session. What is held beyond them waits for the second factor; so does a
 * role that is not known, which may ask for one.
 *
 * @param acr null for a program, which has no second factor
 */
export const countingRoles = (
  names: readonly string[],
  catalogue: ReadonlyMap<string, Role | null>,
  acr: Acr | null,
): readonly string[] =>
  acr === "aal2" || acr === null
    ? names
    : names.filter((name) => {
        const role = catalogue.get(name) ?? null;
        return role !== null && role.requireAal2 !== true;
      });

/** What is held once a role is given or taken; any other change leaves it as it is. */
export function rolesAfter(
  held: readonly string[],
  change: { readonly kind: string; readonly role?: string } | null,
): readonly string[] {
  if (change?.role === undefined) return held;
  const others = held.filter((role) => role !== change.role);
  return change.kind === "assign_role" ? [...others, change.role].sort() : others;
}
