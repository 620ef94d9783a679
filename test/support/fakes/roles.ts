import { isBuiltIn, type Role } from "../../../src/domain/role.ts";
import type { Roles } from "../../../src/use-cases/ports.ts";
import type { MemoryDatabase } from "./memory-database.ts";

export function memoryRoles({ users, roles, serviceAccounts }: MemoryDatabase): Roles {
  const sorted = (role: Role): Role => ({ ...role, permissions: [...role.permissions].sort() });

  return {
    async list() {
      const editable = [...roles.values()].filter((role) => !isBuiltIn(role.name));
      const builtIn = [...roles.values()].filter((role) => isBuiltIn(role.name));
      return [...builtIn, ...editable.sort((a, b) => (a.name < b.name ? -1 : 1))];
    },

    named: async (names) => new Map([...roles].filter(([name]) => names.includes(name))),

    async create(role) {
      if (roles.has(role.name)) return "role_exists";
      roles.set(role.name, sorted(role));
      return "created";
    },

    async update(name, change) {
      const role = roles.get(name);
      if (role === undefined || isBuiltIn(name)) return null;
      const updated = sorted({ ...role, ...change });
      roles.set(name, updated);
      return updated;
    },

    async remove(name) {
      if (!roles.has(name)) return "not_found";
      const holders = [...[...users.values()].map((row) => row.user), ...serviceAccounts.values()];
      if (holders.some((holder) => holder.roles.includes(name))) return "role_in_use";
      roles.delete(name);
      return "removed";
    },
  };
}
