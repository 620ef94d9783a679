import { MAX_ROLE_NAME_LENGTH } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import { grants } from "./permission.ts";

declare const brand: unique symbol;

export type RoleName = string & { readonly [brand]: "RoleName" };

export type Role = {
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly string[];
};

const NAME = new RegExp(`^[a-z](?:[a-z0-9_-]{0,${MAX_ROLE_NAME_LENGTH - 2}}[a-z0-9])?$`);

export function parseRoleName(input: string): Result<RoleName, "invalid_role_name"> {
  return NAME.test(input) ? ok(input as RoleName) : err("invalid_role_name");
}

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

/** Permissions, sorted, without repeats and without what a wildcard among them covers. */
export function collapsed(permissions: readonly string[]): string[] {
  const all = [...new Set(permissions)];
  const wildcards = all.filter((permission) => permission.endsWith("*"));
  return all
    .filter((one) => !wildcards.some((wildcard) => wildcard !== one && grants([wildcard], one)))
    .sort();
}

/**
 * The roles held after a change; one that neither assigns nor removes a role leaves them as they
 * are.
 */
export function rolesAfter(
  held: readonly string[],
  change: { readonly kind: string; readonly role?: string } | null,
): readonly string[] {
  if (change?.role === undefined) return held;
  const others = held.filter((role) => role !== change.role);
  return change.kind === "assign_role" ? [...others, change.role].sort() : others;
}
