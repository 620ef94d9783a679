import { err, ok, type Result } from "../result.ts";

declare const brand: unique symbol;

/** `resource:action`, `resource:*` or `*`. */
export type Permission = string & { readonly [brand]: "Permission" };

/** The grammar in words, for whoever is refused. */
export const PERMISSION_FORM = "resource:action, resource:* or *";

const WORD = "[a-z](?:[a-z0-9_-]{0,62}[a-z0-9])?";
const PERMISSION = new RegExp(`^(?:\\*|${WORD}:(?:\\*|${WORD}))$`);

export function parsePermission(input: string): Result<Permission, "invalid_permission"> {
  return PERMISSION.test(input) ? ok(input as Permission) : err("invalid_permission");
}

/** True when one of the permissions held is the one needed, or a wildcard over it. */
export function grants(held: readonly string[], needed: string): boolean {
  const resource = needed.slice(0, Math.max(needed.indexOf(":"), 0));
  return held.some(
    (permission) =>
      permission === "*" ||
      permission === needed ||
      (resource !== "" && permission === `${resource}:*`),
  );
}

/** True when nothing in `given` goes beyond `held`: nobody hands out what they don't have. */
export function covers(held: readonly string[], given: readonly string[]): boolean {
  return given.every((permission) => grants(held, permission));
}

/** Sorted, without repeats and without what a wildcard among them covers. */
export function collapsed(permissions: readonly string[]): string[] {
  const all = [...new Set(permissions)];
  const wildcards = all.filter((permission) => permission.endsWith("*"));
  return all
    .filter((one) => !wildcards.some((wildcard) => wildcard !== one && grants([wildcard], one)))
    .sort();
}

/** The permissions that this service asks for. Roles may hold others, for other services to ask for. */
export const OWN_PERMISSIONS = [
  "audit:read",
  "keys:read",
  "keys:rotate",
  "roles:assign",
  "roles:read",
  "roles:write",
  "service-accounts:read",
  "service-accounts:write",
  "sessions:revoke",
  "users:export",
  "users:read",
  "users:write",
] as const;

export type OwnPermission = (typeof OWN_PERMISSIONS)[number];
