import type { ServiceAccountId } from "../../../src/domain/ids.ts";
import { MAX_CLIENT_SECRETS, MAX_SERVICE_ACCOUNTS } from "../../../src/domain/limits.ts";
import { permissionsOf, rolesAfter } from "../../../src/domain/role.ts";
import { FIRST_VERSION } from "../../../src/domain/user.ts";
import type { Decided, ServiceAccounts, WithSecrets } from "../../../src/use-cases/ports.ts";
import { areStill, isLiving } from "./conditions.ts";
import type { MemoryDatabase, SecretRow, ServiceAccountRow } from "./memory-database.ts";

export function memoryServiceAccounts(db: MemoryDatabase): ServiceAccounts {
  const { serviceAccounts, clientSecrets } = db;
  const secretsOf = (id: ServiceAccountId) =>
    [...clientSecrets.values()].filter((secret) => secret.accountId === id);
  const living = (id: ServiceAccountId, now: number) =>
    secretsOf(id).filter((secret) => isLiving(secret, now));
  const withPermissions = (row: ServiceAccountRow) => ({
    ...row,
    permissions: permissionsOf(row.roles, db.roles),
  });
  const withSecrets = (row: ServiceAccountRow, now: number): WithSecrets => ({
    account: withPermissions(row),
    secrets: living(row.id, now).map(({ accountId: _, ...secret }) => ({
      ...secret,
      maker: { ...secret.maker, roles: rolesOf(db, secret.maker.name) },
    })),
  });

  /** The row of the version that was looked at, unless a secret was made that was not. */
  const decidedOn = (id: ServiceAccountId, { version, raise, now }: Decided) => {
    const row = serviceAccounts.get(id);
    const isSeen = ({ id: secret }: SecretRow) => raise === null || raise.seen.includes(secret);
    return row?.version === version && living(id, now).every(isSeen) ? row : null;
  };
  const end = (id: ServiceAccountId, { raise }: Decided) => {
    for (const secret of secretsOf(id)) {
      if (raise?.ended.includes(secret.id)) clientSecrets.delete(secret.id);
    }
  };
  const hasEnded = ({ raise }: Decided) => raise !== null && raise.ended.length > 0;

  return {
    async create({ id, name, roles, secret, now }) {
      if (serviceAccounts.size >= MAX_SERVICE_ACCOUNTS) return "too_many";
      if (!areStill(db, roles)) return "moved";
      serviceAccounts.set(id, {
        id,
        name,
        status: "active",
        roles: roles.map((role) => role.name).sort(),
        version: FIRST_VERSION,
        tokensFrom: FIRST_VERSION,
        createdAt: now,
        updatedAt: now,
      });
      clientSecrets.set(secret.id, madeSecret(id, secret, now));
      return "created";
    },

    async find(id) {
      const row = serviceAccounts.get(id);
      return row === undefined ? null : withPermissions(row);
    },

    list: async () => [...serviceAccounts.values()].sort(oldestFirst),

    async withSecrets(id, now) {
      const row = serviceAccounts.get(id);
      return row === undefined ? null : withSecrets(row, now);
    },

    holdersOf: async (role, now) =>
      [...serviceAccounts.values()]
        .filter((row) => row.roles.includes(role))
        .sort(oldestFirst)
        .map((row) => withSecrets(row, now)),

    async update(id, change, decided) {
      const row = decidedOn(id, decided);
      if (row === null) return false;
      end(id, decided);
      const { name = row.name, status = row.status } = change;
      const version = row.version + (status === row.status ? 0 : 1);
      const tokensFrom = hasEnded(decided) ? version : row.tokensFrom;
      const updatedAt = decided.now;
      serviceAccounts.set(id, { ...row, name, status, version, tokensFrom, updatedAt });
      return true;
    },

    async setRole(id, role, after, decided) {
      const row = areStill(db, after) ? decidedOn(id, decided) : null;
      if (row === null) return false;
      end(id, decided);
      const kind = after.some(({ name }) => name === role) ? "assign_role" : "remove_role";
      const roles = rolesAfter(row.roles, { kind, role });
      const version = row.version + 1;
      const tokensFrom = hasEnded(decided) ? version : row.tokensFrom;
      serviceAccounts.set(id, { ...row, roles, version, tokensFrom, updatedAt: decided.now });
      return true;
    },

    async addSecret(id, secret, now, othersExpireAt, version) {
      if (serviceAccounts.get(id)?.version !== version) return "moved";
      if (living(id, now).length >= MAX_CLIENT_SECRETS) return "too_many";
      for (const other of secretsOf(id)) {
        if (!isLiving(other, now)) clientSecrets.delete(other.id);
        else if (isLiving(other, othersExpireAt)) {
          clientSecrets.set(other.id, { ...other, expiresAt: othersExpireAt });
        }
      }
      clientSecrets.set(secret.id, madeSecret(id, secret, now));
      return "added";
    },

    async endSecret(id, secretId, version) {
      const isHere = clientSecrets.get(secretId)?.accountId === id;
      const account = serviceAccounts.get(id);
      if (!isHere || account?.version !== version) return false;
      serviceAccounts.set(id, { ...account, version: version + 1, tokensFrom: version + 1 });
      return clientSecrets.delete(secretId);
    },

    async noteUse(secretId, now, since) {
      const secret = clientSecrets.get(secretId);
      if (secret === undefined || (secret.lastUsedAt ?? since) > since) return;
      clientSecrets.set(secretId, { ...secret, lastUsedAt: now });
    },

    async remove(id, version) {
      if (version !== null && serviceAccounts.get(id)?.version !== version) return false;
      for (const secret of secretsOf(id)) clientSecrets.delete(secret.id);
      return serviceAccounts.delete(id);
    },
  };
}

const madeSecret = (
  accountId: ServiceAccountId,
  secret: Pick<SecretRow, "id" | "hash" | "maker">,
  now: number,
): SecretRow => ({ ...secret, accountId, createdAt: now, lastUsedAt: null, expiresAt: null });

/** The roles of an active user or service account; none for anybody else. */
function rolesOf({ users, serviceAccounts }: MemoryDatabase, id: string | null): readonly string[] {
  const people = [...users.values()].map(({ user }) => user);
  const holder = [...people, ...serviceAccounts.values()].find((one) => one.id === id);
  return holder?.status === "active" ? holder.roles : [];
}

function oldestFirst(a: ServiceAccountRow, b: ServiceAccountRow): number {
  if (a.createdAt !== b.createdAt) return a.createdAt - b.createdAt;
  return a.id < b.id ? -1 : 1;
}
