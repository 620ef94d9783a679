import { type SQL, sql } from "drizzle-orm";
import * as z from "zod";
import { parseServiceAccountId } from "../../domain/ids.ts";
import type { ServiceAccount } from "../../domain/service-account.ts";
import { Impossible, type ServiceAccounts } from "../../use-cases/ports.ts";
import { atomically, type Database } from "./database.ts";
import { roleNames } from "./users.ts";

/**
 * Service accounts are judged by their row alone: they have no sessions and no rotation, so there
 * is nothing to serialise, and every change is one atomic batch that counts at the next look.
 */
export function d1ServiceAccounts(db: Database): ServiceAccounts {
  const select = async (condition: SQL): Promise<ServiceAccount[]> => {
    const [result] = await atomically(db, [
      sql`select *, ${ROLES} as role_names from service_accounts
        where ${condition} order by created_at, id`,
    ]);
    return rows.parse(result?.results);
  };

  return {
    async create({ id, name, roles, secret, now }) {
      const names = JSON.stringify(roles);
      const [, , , row] = await atomically(db, [
        sql`insert into service_accounts (id, name, status, version, created_at, updated_at)
          select ${id}, ${name}, 'active', 1, ${now}, ${now}
          where (select count(*) from roles where name in (select value from json_each(${names})))
            = json_array_length(${names})`,
        sql`insert into service_account_roles (service_account_id, role)
          select service_accounts.id, value from service_accounts, json_each(${names})
          where service_accounts.id = ${id}`,
        insertSecret(id, secret.id, secret.hash, now),
        sql`select id from service_accounts where id = ${id}`,
      ]);
      return row?.results.length ? "created" : "no_such_role";
    },

    list: () => select(sql`true`),

    async find(id) {
      const [account] = await select(sql`id = ${id}`);
      return account ?? null;
    },

    async secretHashes(id, now) {
      const [result] = await atomically(db, [
        sql`select hash from service_account_secrets
          where service_account_id = ${id} and (expires_at is null or expires_at > ${now})`,
      ]);
      return z
        .array(z.object({ hash: z.string() }))
        .parse(result?.results)
        .map((row) => row.hash);
    },

    async update(id, { name = null, status = null }, now) {
      const [updated] = await atomically(db, [
        sql`update service_accounts set name = coalesce(${name}, name),
          version = version + iif(coalesce(${status}, status) <> status, 1, 0),
          status = coalesce(${status}, status), updated_at = ${now} where id = ${id}`,
      ]);
      return Boolean(updated?.meta.changes);
    },

    async setRole(id, role, wanted, now) {
      const changed =
        wanted === "assign_role"
          ? sql`insert into service_account_roles (service_account_id, role)
              select service_accounts.id, roles.name from service_accounts, roles
              where service_accounts.id = ${id} and roles.name = ${role} on conflict do nothing`
          : sql`delete from service_account_roles
              where service_account_id = ${id} and role = ${role}`;
      await atomically(db, [
        changed,
        sql`update service_accounts set version = version + 1, updated_at = ${now}
          where id = ${id} and changes() > 0`,
      ]);
    },

    async addSecret(id, secret, now, othersExpireAt, version) {
      const decided = sql`exists (
        select 1 from service_accounts where id = ${id} and version = ${version})`;
      const results = await atomically(db, [
        // Two at a time are what a change-over needs; more would only be more to lose.
        sql`delete from service_account_secrets
          where service_account_id = ${id} and ${decided} and rowid not in (
            select rowid from service_account_secrets where service_account_id = ${id}
              and (expires_at is null or expires_at > ${now})
            order by created_at desc, rowid desc limit 1)`,
        sql`update service_account_secrets set expires_at = ${othersExpireAt}
          where service_account_id = ${id} and ${decided}
            and (expires_at is null or expires_at > ${othersExpireAt})`,
        insertSecret(id, secret.id, secret.hash, now, decided),
      ]);
      return Boolean(results[2]?.meta.changes);
    },

    async remove(id) {
      const [, , removed] = await atomically(db, [
        sql`delete from service_account_secrets where service_account_id = ${id}`,
        sql`delete from service_account_roles where service_account_id = ${id}`,
        sql`delete from service_accounts where id = ${id}`,
      ]);
      return Boolean(removed?.meta.changes);
    },
  };
}

const ROLES = sql`(select json_group_array(role) from service_account_roles
  where service_account_id = service_accounts.id)`;

const insertSecret = (
  accountId: string,
  id: string,
  hash: string,
  now: number,
  condition: SQL = sql`true`,
) => sql`
  insert into service_account_secrets (id, service_account_id, hash, created_at)
  select ${id}, service_accounts.id, ${hash}, ${now} from service_accounts
  where service_accounts.id = ${accountId} and ${condition} on conflict do nothing`;

const rows = z.array(
  z
    .object({
      id: z.string(),
      name: z.string(),
      status: z.enum(["active", "disabled"]),
      version: z.int(),
      created_at: z.int(),
      updated_at: z.int(),
      role_names: z.string(),
    })
    .transform((row): ServiceAccount => {
      const id = parseServiceAccountId(row.id);
      if (!id.ok) throw new Impossible("service_account_row_unreadable");
      return {
        id: id.value,
        name: row.name,
        status: row.status,
        roles: roleNames(row.role_names),
        version: row.version,
        createdAt: row.created_at,
        updatedAt: row.updated_at,
      };
    }),
);
