import { BUILT_IN_ROLES, byName, type Role } from "../../domain/access/role.ts";
import { isYounger } from "../../domain/time.ts";
import type { RoleCatalogue, Roles } from "../../use-cases/access/ports.ts";
import type { Clock } from "../../use-cases/outside.ts";
import { ROLES_MAX_AGE } from "../config/constants.ts";

/** Names that an isolate remembers, those that no role bears among them. */
export const MAX_REMEMBERED_ROLES = 1_000;

/** Roles, the built-in ones among them, that a call tells the user's object of. */
export const MAX_ROLES_AT_HAND = 50;

/** @property role null when no role bore the name */
type Copy = { readonly role: Role | null; readonly readAt: number };

/**
 * The isolate's copies of the roles, one a name: at most a minute old, and none rather than an
 * older one. Those that are missing are read at once; that a name is borne by none is kept, too.
 */
export function roleCatalogue(
  roles: Roles,
  clock: Clock,
  builtInRoles: readonly Role[] = BUILT_IN_ROLES,
): RoleCatalogue {
  const builtIn = byName(builtInRoles);
  const copies = new Map<string, Copy>();
  let generation = 0;

  const isYoung = ({ readAt }: Copy, now: number): boolean => isYounger(readAt, now, ROLES_MAX_AGE);

  /** Undefined for what must be read. */
  const known = (name: string): Role | null | undefined => {
    const copy = copies.get(name);
    const isKnown = copy !== undefined && isYoung(copy, clock());
    return builtIn.get(name) ?? (isKnown ? copy.role : undefined);
  };

  const remember = (name: string, copy: Copy): void => {
    copies.delete(name); // the last one written is the last one dropped
    copies.set(name, copy);
    const [oldest] = copies.keys();
    if (copies.size > MAX_REMEMBERED_ROLES && oldest !== undefined) copies.delete(oldest);
  };

  /** What was read before a change is no copy of what is there after it. */
  const read = async (names: readonly string[]): Promise<ReadonlyMap<string, Role>> => {
    const [begun, readAt] = [generation, clock()];
    const found = await roles.named(names);
    if (begun === generation) {
      for (const name of names) remember(name, { role: found.get(name) ?? null, readAt });
    }
    return found;
  };

  return {
    /** Limited, since every call to a user's object carries it. */
    atHand() {
      const roles = new Map<string, Role | null>(builtIn);
      const now = clock();
      for (const [name, copy] of copies) {
        if (roles.size === MAX_ROLES_AT_HAND) break;
        if (isYoung(copy, now)) roles.set(name, copy.role);
      }
      return roles;
    },

    async named(names) {
      const before = names.map((name) => [name, known(name)] as const);
      const missing = before.filter(([, role]) => role === undefined).map(([name]) => name);
      const found = missing.length === 0 ? null : await read(missing);
      const named = before.map(([name, role]) => role ?? found?.get(name) ?? null);
      return new Map(named.filter((role) => role !== null).map((role) => [role.name, role]));
    },

    all: async () => new Map((await roles.list()).map((role) => [role.name, role])),

    forget() {
      generation += 1;
      copies.clear();
    },
  };
}
