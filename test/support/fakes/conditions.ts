import { isBuiltIn, type Role } from "../../../src/domain/role.ts";
import type { MemoryDatabase, SecretRow } from "./memory-database.ts";

/** As the real adapter's: these roles exist and together grant exactly what they granted. */
export function areStill({ roles }: MemoryDatabase, wanted: readonly Role[]): boolean {
  const editable = wanted.filter((role) => !isBuiltIn(role.name));
  const granted = (all: readonly Role[]) =>
    JSON.stringify([...new Set(all.flatMap((role) => role.permissions))].sort());
  const now = editable.flatMap(({ name }) => roles.get(name) ?? []);
  return now.length === editable.length && granted(now) === granted(editable);
}

export const isLiving = ({ expiresAt }: SecretRow, now: number): boolean =>
  expiresAt === null || expiresAt > now;
