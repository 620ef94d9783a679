import { type SQL, sql } from "drizzle-orm";
import { MAX_CLIENT_SECRETS, MAX_SERVICE_ACCOUNTS } from "../../domain/limits.ts";
import type { Decided, Notify, ServiceAccounts, WithSecrets } from "../../use-cases/ports.ts";
import { insertSecret, secretsByAccount, selectSecrets } from "./client-secrets.ts";
import { areStill, isLiving, isOneOf, textsOf } from "./conditions.ts";
import { atomically, type Database } from "./database.ts";
import { accountsIn, GRANTED, readableAccountsIn, selectAccounts } from "./service-account-rows.ts";

/**
 * Service accounts are judged by their row alone: they have no sessions and no rotation, so there
 * is nothing to serialise. Every change is one atomic batch, conditional on what it was decided
 * on, that counts at the next look.
 *
 * @param notify hears of the rows that the list had to leave out
 */
export function d1ServiceAccounts(db: Database, notify: Notify): ServiceAccounts {
  /** The accounts and their secrets in one transaction: never the one before a change, the other after. */
  const selectBoth = async (ids: SQL, now: number): Promise<WithSecrets[]> => {
    const [accounts, secrets] = await atomically(db, [
      selectAccounts(sql`id in (${ids})`, GRANTED),
      selectSecrets(ids, now),
    ]);
    const byAccount = secretsByAccount(secrets?.results);
    return accountsIn(accounts?.results).map((account) => ({
      account,
      secrets: byAccount.get(account.id) ?? [],
    }));
  };

  return {
    async create({ id, name, roles, secret, now }) {
      const names = textsOf(roles.map((role) => role.name));
      const [, , , row, count] = await atomically(db, [
        sql`insert into service_accounts (id, name, status, version, created_at, updated_at)
          select ${id}, ${name}, 'active', 1, ${now}, ${now}
          where ${areStill(roles)} and ${COUNT} < ${MAX_SERVICE_ACCOUNTS}`,
        sql`insert into service_account_roles (service_account_id, role)
          select service_accounts.id, roles.name from service_accounts, roles
          where service_accounts.id = ${id} and roles.name in ${names}`,
        insertSecret(id, secret, now, sql`true`),
        sql`select id from service_accounts where id = ${id}`,
        sql`select 1 where ${COUNT} >= ${MAX_SERVICE_ACCOUNTS}`,
      ]);
      if (row?.results.length) return "created";
      return count?.results.length ? "too_many" : "moved";
    },

    async list() {
      const [result] = await atomically(db, [selectAccounts(sql`true`, sql`'[]'`)]);
      return readableAccountsIn(result?.results, notify).map(
        ({ permissions: _, ...account }) => account,
      );
    },

    async find(id) {
      const [result] = await atomically(db, [selectAccounts(sql`id = ${id}`, GRANTED)]);
      return accountsIn(result?.results)[0] ?? null;
    },

    async withSecrets(id, now) {
      const [found] = await selectBoth(sql`select ${id}`, now);
      return found ?? null;
    },

    holdersOf: (role, now) =>
      selectBoth(
        sql`select service_account_id from service_account_roles where role = ${role}`,
        now,
      ),

    async update(id, { name = null, status = null }, decided) {
      const isDecided = decidedOf(id, decided);
      const results = await atomically(db, [
        ...endSecrets(id, decided, isDecided),
        sql`update service_accounts set name = coalesce(${name}, name),
          version = version + iif(coalesce(${status}, status) <> status, 1, 0),
          tokens_from = ${tokensFrom(decided)},
          status = coalesce(${status}, status), updated_at = ${decided.now}
          where id = ${id} and ${isDecided}`,
      ]);
      return Boolean(results.at(-1)?.meta.changes);
    },

    async setRole(id, role, after, decided) {
      const isDecided = sql`${decidedOf(id, decided)} and ${areStill(after)}`;
      const isGiven = after.some(({ name }) => name === role);
      const results = await atomically(db, [
        ...endSecrets(id, decided, isDecided),
        isGiven
          ? sql`insert into service_account_roles (service_account_id, role)
              select ${id}, ${role} where ${isDecided} on conflict do nothing`
          : sql`delete from service_account_roles
              where service_account_id = ${id} and role = ${role} and ${isDecided}`,
        sql`update service_accounts set version = version + 1, updated_at = ${decided.now},
          tokens_from = ${tokensFrom(decided)} where id = ${id} and ${isDecided}`,
      ]);
      return Boolean(results.at(-1)?.meta.changes);
    },

    async addSecret(id, secret, now, othersExpireAt, version) {
      const ofAccount = sql`from service_account_secrets where service_account_id = ${id}`;
      const living = sql`(select count(*) ${ofAccount} and ${isLiving(now)})`;
      const mayAdd = sql`${hasVersion(id, version)} and ${living} < ${MAX_CLIENT_SECRETS}`;
      // The new one first: whether the others are superseded is told by its being there.
      const isAdded = sql`exists (select 1 ${ofAccount} and id = ${secret.id})`;
      const [, , , row, refused] = await atomically(db, [
        insertSecret(id, secret, now, mayAdd),
        sql`delete ${ofAccount} and ${isAdded} and not ${isLiving(now)}`,
        sql`update service_account_secrets set expires_at = ${othersExpireAt}
          where service_account_id = ${id} and ${isAdded} and id <> ${secret.id}
            and (expires_at is null or expires_at > ${othersExpireAt})`,
        sql`select 1 where ${isAdded}`,
        sql`select 1 where ${hasVersion(id, version)} and ${living} >= ${MAX_CLIENT_SECRETS}`,
      ]);
      if (row?.results.length) return "added";
      return refused?.results.length ? "too_many" : "moved";
    },

    async endSecret(id, secretId, version) {
      const [ended] = await atomically(db, [
        sql`delete from service_account_secrets
          where id = ${secretId} and service_account_id = ${id} and ${hasVersion(id, version)}`,
        // changes() counts the secret that ended, if one did.
        sql`update service_accounts set version = version + 1, tokens_from = version + 1
          where id = ${id} and version = ${version} and changes() > 0`,
      ]);
      return Boolean(ended?.meta.changes);
    },

    async noteUse(secretId, now, since) {
      await atomically(db, [
        sql`update service_account_secrets set last_used_at = ${now}
          where id = ${secretId} and (last_used_at is null or last_used_at <= ${since})`,
      ]);
    },

    async remove(id, version) {
      const isDecided = version === null ? sql`true` : hasVersion(id, version);
      const [, , removed] = await atomically(db, [
        sql`delete from service_account_secrets where service_account_id = ${id} and ${isDecided}`,
        sql`delete from service_account_roles where service_account_id = ${id} and ${isDecided}`,
        sql`delete from service_accounts where id = ${id} and ${isDecided}`,
      ]);
      return Boolean(removed?.meta.changes);
    },
  };
}

const COUNT = sql`(select count(*) from service_accounts)`;

const hasVersion = (id: string, version: number): SQL =>
  sql`exists (select 1 from service_accounts where id = ${id} and version = ${version})`;

/** For a raise, no secret may have been made that was not looked at. */
function decidedOf(id: string, { version, raise, now }: Decided): SQL {
  if (raise === null) return hasVersion(id, version);
  return sql`${hasVersion(id, version)} and not exists (
    select 1 from service_account_secrets where service_account_id = ${id}
      and ${isLiving(now)} and id not in ${textsOf(raise.seen)})`;
}

const endSecrets = (id: string, { raise }: Decided, isDecided: SQL): SQL[] =>
  raise === null || raise.ended.length === 0
    ? []
    : [
        sql`delete from service_account_secrets where service_account_id = ${id}
          and ${isOneOf(sql`id`, raise.ended)} and ${isDecided}`,
      ];

/** Evaluated on the row before the change: the version that follows is the oldest good one. */
const tokensFrom = ({ raise }: Decided): SQL =>
  raise !== null && raise.ended.length > 0 ? sql`version + 1` : sql`tokens_from`;
