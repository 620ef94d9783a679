import { collapsed } from "./permission.ts";
import type { RoleName } from "./role-name.ts";

export type Role = {
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly string[];
};

export const ADMIN = "admin" as RoleName;
export const USER = "user" as RoleName;

/** Fixed in code, so that no edit of a table can lock everyone out or let everyone in. */
export const BUILT_IN_ROLES: readonly Role[] = [
  { name: ADMIN, description: "May do everything.", permissions: ["*"] },
  { name: USER, description: "Every account. Grants nothing here.", permissions: [] },
];

export const BUILT_IN_CATALOGUE: ReadonlyMap<string, Role> = new Map(
  BUILT_IN_ROLES.map((role) => [role.name, role]),
);

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

/** What is held once a role is given or taken; any other change leaves it as it is. */
export function rolesAfter(
  held: readonly string[],
  change: { readonly kind: string; readonly role?: string } | null,
): readonly string[] {
  if (change?.role === undefined) return held;
  const others = held.filter((role) => role !== change.role);
  return change.kind === "assign_role" ? [...others, change.role].sort() : others;
}
