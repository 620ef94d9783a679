import { permissionsOf, rolesAfter } from "../../../src/domain/access/role.ts";
import { FIRST_VERSION } from "../../../src/domain/accounts/user.ts";
import { isLiving } from "../../../src/domain/clients/service-account.ts";
import type { ServiceAccountId } from "../../../src/domain/ids.ts";
import { MAX_CLIENT_SECRETS, MAX_SERVICE_ACCOUNTS } from "../../../src/domain/limits.ts";
import type { WithSecrets } from "../../../src/use-cases/access/ports.ts";
import type { Act, Decided, ServiceAccounts } from "../../../src/use-cases/clients/ports.ts";
import { endSecrets } from "./client-secrets.ts";
import { areStill, stillActs } from "./conditions.ts";
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

  /** The row of the version that was looked at, while its actor may act. */
  const seenBy = (id: ServiceAccountId, { actor, version }: Omit<Act, "now">) => {
    const row = serviceAccounts.get(id);
    return row?.version === version && stillActs(db, actor) ? row : null;
  };
  /** The same, unless a secret was made that was not looked at. */
  const decidedOn = (id: ServiceAccountId, decided: Decided) => {
    const { raise, now } = decided;
    const isSeen = ({ id: secret }: SecretRow) => raise === null || raise.seen.includes(secret);
    return living(id, now).every(isSeen) ? seenBy(id, decided) : null;
  };
  const end = (id: ServiceAccountId, { raise, now }: Decided) => {
    const own = secretsOf(id).map((secret) => secret.id);
    endSecrets(
      db,
      own.filter((secret) => raise?.ended.includes(secret)),
      now,
    );
  };

  return {
    async create({ actor, id, name, roles, secret, now }) {
      if (!stillActs(db, actor)) return "moved";
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
      for (const [seq, { account }] of db.programFeed.entries) {
        if (account === id) db.programFeed.entries.delete(seq);
      }
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
      const tokensFrom = decided.raise !== null ? version : row.tokensFrom;
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
      const tokensFrom = decided.raise !== null ? version : row.tokensFrom;
      serviceAccounts.set(id, { ...row, roles, version, tokensFrom, updatedAt: decided.now });
      return true;
    },

    async addSecret(id, secret, othersExpireAt, act) {
      const { now } = act;
      if (seenBy(id, act) === null) return "moved";
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

    async endSecret(id, secretId, act) {
      const account = seenBy(id, act);
      if (account === null || clientSecrets.get(secretId)?.accountId !== id) return false;
      const version = account.version + 1;
      serviceAccounts.set(id, { ...account, version, tokensFrom: version });
      endSecrets(db, [secretId], act.now);
      return true;
    },

    async noteUse(secretId, now, since) {
      const secret = clientSecrets.get(secretId);
      if (secret === undefined || (secret.lastUsedAt ?? since) > since) return;
      clientSecrets.set(secretId, { ...secret, lastUsedAt: now });
    },

    async remove(id, actor, version) {
      const row = serviceAccounts.get(id);
      if (row === undefined) return "not_found";
      if (seenBy(id, { actor, version: version ?? row.version }) === null) return "moved";
      for (const secret of secretsOf(id)) clientSecrets.delete(secret.id);
      serviceAccounts.delete(id);
      return "removed";
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
