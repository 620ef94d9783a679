import type { ServiceAccount } from "../../../src/domain/service-account.ts";
import { FIRST_VERSION } from "../../../src/domain/user.ts";
import type { ServiceAccounts } from "../../../src/use-cases/ports.ts";
import type { MemoryDatabase } from "./memory-database.ts";

type Secret = { readonly hash: string; readonly expiresAt: number };

export function memoryServiceAccounts({ serviceAccounts, roles }: MemoryDatabase): ServiceAccounts {
  const secrets = new Map<string, Secret[]>();
  const isGood = (secret: Secret, now: number) => secret.expiresAt > now;

  return {
    async create({ id, name, roles: names, secret, now }) {
      if (names.some((role) => !roles.has(role))) return "no_such_role";
      serviceAccounts.set(id, {
        id,
        name,
        status: "active",
        roles: [...names].sort(),
        version: FIRST_VERSION,
        createdAt: now,
        updatedAt: now,
      });
      secrets.set(id, [{ hash: secret.hash, expiresAt: Number.POSITIVE_INFINITY }]);
      return "created";
    },

    find: async (id) => serviceAccounts.get(id) ?? null,
    list: async () => [...serviceAccounts.values()].sort(oldestFirst),

    secretHashes: async (id, now) =>
      (secrets.get(id) ?? []).filter((secret) => isGood(secret, now)).map(({ hash }) => hash),

    async update(id, change, now) {
      const account = serviceAccounts.get(id);
      if (account === undefined) return false;
      const { name = account.name, status = account.status } = change;
      const version = account.version + (status === account.status ? 0 : 1);
      serviceAccounts.set(id, { ...account, name, status, version, updatedAt: now });
      return true;
    },

    async setRole(id, role, wanted, now) {
      const account = serviceAccounts.get(id);
      if (account === undefined || !roles.has(role)) return;
      const others = account.roles.filter((one) => one !== role);
      const next = wanted === "assign_role" ? [...others, role].sort() : others;
      if (next.length === account.roles.length) return;
      const version = account.version + 1;
      serviceAccounts.set(id, { ...account, roles: next, version, updatedAt: now });
    },

    async addSecret(id, secret, now, othersExpireAt, version) {
      if (serviceAccounts.get(id)?.version !== version) return false;
      const others = (secrets.get(id) ?? [])
        .map(({ hash, expiresAt }) => ({ hash, expiresAt: Math.min(expiresAt, othersExpireAt) }))
        .filter((other) => isGood(other, now))
        .slice(-1);
      const added = { hash: secret.hash, expiresAt: Number.POSITIVE_INFINITY };
      secrets.set(id, [...others, added]);
      return true;
    },

    async remove(id) {
      secrets.delete(id);
      return serviceAccounts.delete(id);
    },
  };
}

function oldestFirst(a: ServiceAccount, b: ServiceAccount): number {
  if (a.createdAt !== b.createdAt) return a.createdAt - b.createdAt;
  return a.id < b.id ? -1 : 1;
}
