import { type SQL, sql } from "drizzle-orm";
import type { Actor } from "../../../domain/access/actor.ts";
import type { Role } from "../../../domain/access/role.ts";
import type { What } from "../../../domain/events/event.ts";
import type { ServiceAccountId } from "../../../domain/ids.ts";
import { MAX_CLIENT_SECRETS, MAX_SERVICE_ACCOUNTS } from "../../../domain/limits.ts";
import type { WithSecrets } from "../../../use-cases/access/ports.ts";
import type { ServiceAccounts } from "../../../use-cases/clients/ports.ts";
import type { Notify } from "../../../use-cases/events/ports.ts";
import { areStill, isLiving, stillActs, textsOf } from "../conditions.ts";
import { atomically, type Database } from "../database.ts";
import { type Told, tellLater } from "../events/told.ts";
import {
  endSecrets,
  insertSecret,
  secretsByAccount,
  selectSecrets,
  toldOfEnded,
} from "./client-secrets.ts";
import {
  changeRow,
  endedBy,
  hasVersion,
  isMarked,
  isSeen,
  MARK,
  mark,
  ofMarked,
  tokensFrom,
} from "./service-account-changes.ts";
import { accountRows, GRANTED, selectAccounts } from "./service-account-rows.ts";

/**
 * Service accounts as D1 has them, which decides every change: one atomic batch, conditional on what
 * it was decided on. The account's object is told before the reply (docs/decisions/0020).
 *
 * @param notify hears of the rows that the list had to leave out
 */
export function d1ServiceAccounts(
  db: Database,
  notify: Notify,
  told: Told = tellLater,
): ServiceAccounts {
  const tell = (id: ServiceAccountId, what: What) => (actor: Actor, isDone: SQL) =>
    told(actor, { kind: "service_account", id }, what, isDone);

  /** The accounts and their secrets in one transaction: never the one before a change, the other after. */
  const selectBoth = async (ids: SQL, now: number): Promise<WithSecrets[]> => {
    const [accounts, secrets] = await atomically(db, [
      selectAccounts(sql`id in (${ids})`, GRANTED),
      selectSecrets(ids, now),
    ]);
    const byAccount = secretsByAccount(secrets?.results);
    return accountRows.read(accounts?.results).map((account) => ({
      account,
      secrets: byAccount.get(account.id) ?? [],
    }));
  };

  return {
    async create({ actor, id, name, roles, secret, now }) {
      const names = textsOf(roles.map((role) => role.name));
      const data = { roles: roles.map((role) => role.name) };
      const isMade = sql`exists (select 1 from service_accounts where id = ${id})`;
      const [, , , row, count] = await atomically(db, [
        sql`insert into service_accounts (id, name, status, version, created_at, updated_at)
          select ${id}, ${name}, 'active', 1, ${now}, ${now}
          where ${areStill(roles)} and ${COUNT} < ${MAX_SERVICE_ACCOUNTS} and ${stillActs(actor)}`,
        sql`insert into service_account_roles (service_account_id, role)
          select service_accounts.id, roles.name from service_accounts, roles
          where service_accounts.id = ${id} and roles.name in ${names}`,
        insertSecret(id, secret, now, sql`true`),
        sql`select id from service_accounts where id = ${id}`,
        sql`select 1 where ${COUNT} >= ${MAX_SERVICE_ACCOUNTS} and ${stillActs(actor)}`,
        tell(id, { type: "service_account.created", data })(actor, isMade),
        // No object knows an id that was just drawn.
        sql`delete from service_account_feed where service_account_id = ${id}`,
      ]);
      if (row?.results.length) return "created";
      return count?.results.length ? "too_many" : "moved";
    },

    async list() {
      const [result] = await atomically(db, [selectAccounts(sql`true`, sql`'[]'`)]);
      return accountRows
        .readable(result?.results, "service_accounts", notify)
        .map(({ permissions: _, ...account }) => account);
    },

    async find(id) {
      const [result] = await atomically(db, [selectAccounts(sql`id = ${id}`, GRANTED)]);
      return accountRows.read(result?.results)[0] ?? null;
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

    update: (id, { name = null, status = null }, decided) =>
      changeRow(
        db,
        id,
        decided,
        isSeen(id, decided),
        endSecrets(endedBy(decided), decided.now, ofMarked(id)),
        sql`name = coalesce(${name}, name),
          version = ${decided.version} + iif(coalesce(${status}, status) <> status, 1, 0),
          tokens_from = ${tokensFrom(decided)},
          status = coalesce(${status}, status), updated_at = ${decided.now}`,
        tell(id, {
          type: "service_account.updated",
          data: { ...(status === null ? {} : { status }), ...toldOfEnded(endedBy(decided)) },
        }),
      ),

    setRole: (id, role, after, decided) =>
      changeRow(
        db,
        id,
        decided,
        sql`${isSeen(id, decided)} and ${areStill(after)}`,
        [
          ...endSecrets(endedBy(decided), decided.now, ofMarked(id)),
          isGiven(role, after)
            ? sql`insert into service_account_roles (service_account_id, role)
                select ${id}, ${role} where ${isMarked(id)} on conflict do nothing`
            : sql`delete from service_account_roles
                where service_account_id = ${id} and role = ${role} and ${isMarked(id)}`,
        ],
        sql`version = ${decided.version + 1}, updated_at = ${decided.now},
          tokens_from = ${tokensFrom(decided)}`,
        tell(id, {
          type: `service_account.role.${isGiven(role, after) ? "assigned" : "removed"}`,
          data: { role, ...toldOfEnded(endedBy(decided)) },
        }),
      ),

    async addSecret(id, secret, othersExpireAt, { actor, now, version }) {
      const ofAccount = sql`from service_account_secrets where service_account_id = ${id}`;
      const living = sql`(select count(*) ${ofAccount} and ${isLiving(now)})`;
      const isAsSeen = sql`${hasVersion(id, version)} and ${stillActs(actor)}`;
      // The new one first: whether the others are superseded is told by its being there.
      const isAdded = sql`exists (select 1 ${ofAccount} and id = ${secret.id})`;
      const what = {
        type: "service_account.secret.created",
        data: { secret_id: secret.id },
      } as const;
      const [, , , row, refused] = await atomically(db, [
        insertSecret(id, secret, now, sql`${isAsSeen} and ${living} < ${MAX_CLIENT_SECRETS}`),
        sql`delete ${ofAccount} and ${isAdded} and not ${isLiving(now)}`,
        sql`update service_account_secrets set expires_at = ${othersExpireAt}
          where service_account_id = ${id} and ${isAdded} and id <> ${secret.id}
            and (expires_at is null or expires_at > ${othersExpireAt})`,
        sql`select 1 where ${isAdded}`,
        sql`select 1 where ${isAsSeen} and ${living} >= ${MAX_CLIENT_SECRETS}`,
        tell(id, what)(actor, isAdded),
      ]);
      if (row?.results.length) return "added";
      return refused?.results.length ? "too_many" : "moved";
    },

    endSecret: (id, secretId, act) =>
      changeRow(
        db,
        id,
        act,
        sql`exists (select 1 from service_account_secrets
          where id = ${secretId} and service_account_id = ${id})`,
        endSecrets([secretId], act.now, ofMarked(id)),
        sql`version = ${act.version + 1}, tokens_from = ${act.version + 1}`,
        tell(id, { type: "service_account.secret.ended", data: { secret_id: secretId } }),
      ),

    async noteUse(secretId, now, since) {
      await atomically(db, [
        sql`update service_account_secrets set last_used_at = ${now}
          where id = ${secretId} and (last_used_at is null or last_used_at <= ${since})`,
      ]);
    },

    async remove(id, actor, version) {
      const isSeenOne = version === null ? sql`true` : sql`version = ${version}`;
      const [, marked, , , , , left] = await atomically(db, [
        // The guards look at tokens_from as well, which may be what cannot be read.
        mark(id, sql`${isSeenOne} and ${stillActs(actor)}`, sql`, tokens_from = ${MARK}`),
        sql`select 1 where ${isMarked(id)}`,
        tell(id, { type: "service_account.deleted" })(actor, isMarked(id)),
        sql`delete from service_account_secrets where service_account_id = ${id} and ${isMarked(id)}`,
        sql`delete from service_account_roles where service_account_id = ${id} and ${isMarked(id)}`,
        sql`delete from service_accounts where id = ${id} and version = ${MARK}`,
        sql`select 1 from service_accounts where id = ${id}`,
      ]);
      if (marked?.results.length) return "removed";
      return left?.results.length ? "moved" : "not_found";
    },
  };
}

const isGiven = (role: string, after: readonly Role[]): boolean =>
  after.some(({ name }) => name === role);

const COUNT = sql`(select count(*) from service_accounts)`;
