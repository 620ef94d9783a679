import { isBuiltIn, type Role } from "../../../src/domain/access/role.ts";
import { isLiving } from "../../../src/domain/clients/service-account.ts";
import { MAX_ROLES } from "../../../src/domain/limits.ts";
import type { RoleDecision, Roles } from "../../../src/use-cases/access/ports.ts";
import { endSecrets } from "./client-secrets.ts";
import { areStill, stillActs } from "./conditions.ts";
import type { MemoryDatabase } from "./memory-database.ts";

export function memoryRoles(db: MemoryDatabase): Roles {
  const { roles } = db;
  const sorted = ({ requireAal2 = false, ...role }: Role): Role => ({
    ...role,
    permissions: [...role.permissions].sort(),
    ...(requireAal2 && { requireAal2 }),
  });
  const holdersOf = (name: string) =>
    [...[...db.users.values()].map((row) => row.user), ...db.serviceAccounts.values()].filter(
      (holder) => holder.roles.includes(name),
    );

  return {
    async list() {
      const editable = [...roles.values()].filter((role) => !isBuiltIn(role.name));
      const builtIn = [...roles.values()].filter((role) => isBuiltIn(role.name));
      return [...builtIn, ...editable.sort((a, b) => (a.name < b.name ? -1 : 1))];
    },

    named: async (names) => new Map([...roles].filter(([name]) => names.includes(name))),

    async heldSets(name, after, limit) {
      const sets = new Set(holdersOf(name).map((holder) => JSON.stringify(holder.roles)));
      const last = after === null ? "" : JSON.stringify(after);
      const page = [...sets].filter((set) => set > last).sort();
      return page.slice(0, limit).map((set) => JSON.parse(set));
    },

    async create(role, { actor }) {
      if (!stillActs(db, actor)) return "moved";
      if (roles.has(role.name)) return "role_exists";
      if (roles.size >= MAX_ROLES) return "too_many";
      roles.set(role.name, sorted(role));
      return "created";
    },

    async update(name, change, decided) {
      const role = roles.get(name);
      if (role === undefined || isBuiltIn(name)) return null;
      if (!areStill(db, [decided.role]) || !areHoldersStill(db, decided)) return "moved";
      if (!stillActs(db, decided.actor)) return "moved";
      raise(db, decided);
      const updated = sorted({ ...role, ...change });
      roles.set(name, updated);
      return updated;
    },

    async remove(role, { actor }) {
      const { name } = role;
      if (!roles.has(name)) return "not_found";
      if (!stillActs(db, actor)) return "moved";
      if (holdersOf(name).length > 0) return "role_in_use";
      if (!areStill(db, [role])) return "moved";
      roles.delete(name);
      return "removed";
    },
  };
}

function areHoldersStill(db: MemoryDatabase, { role, raise, now }: RoleDecision): boolean {
  if (raise === null) return true;
  const holders = [...db.serviceAccounts.values()].filter(({ roles }) => roles.includes(role.name));
  const isSeen = (id: string, version: number) =>
    raise.holders.some((seen) => seen.id === id && seen.version === version);
  const theirs = [...db.clientSecrets.values()].filter(
    (secret) => isLiving(secret, now) && holders.some(({ id }) => id === secret.accountId),
  );
  return (
    holders.every(({ id, version }) => isSeen(id, version)) &&
    theirs.every(({ id }) => raise.seen.includes(id))
  );
}

function raise(db: MemoryDatabase, { raise: decided, now }: RoleDecision): void {
  if (decided === null) return;
  for (const { id, isRaised } of decided.holders) {
    const row = db.serviceAccounts.get(id);
    if (row === undefined) continue;
    const version = row.version + 1;
    const tokensFrom = isRaised ? version : row.tokensFrom;
    db.serviceAccounts.set(id, { ...row, version, tokensFrom, updatedAt: now });
  }
  endSecrets(db, decided.ended, now);
}
