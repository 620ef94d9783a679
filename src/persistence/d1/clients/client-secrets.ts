import { type SQL, sql } from "drizzle-orm";
import * as z from "zod";
import type { ClientSecret } from "../../../domain/clients/service-account.ts";
import type { NewClientSecret } from "../../../use-cases/clients/ports.ts";
import { isLiving, textsOf } from "../conditions.ts";
import { rowReader, texts, time } from "../rows.ts";

/** The roles of whoever made a secret, while they may act. */
const MAKER_ROLES = sql`(select json_group_array(role) from (
  select role from user_roles join users on users.id = user_roles.user_id
    where users.id = made_by and users.status = 'active'
  union all
  select role from service_account_roles
    join service_accounts on service_accounts.id = service_account_roles.service_account_id
    where service_accounts.id = made_by and service_accounts.status = 'active'))`;

/** The living secrets of the accounts that a query names, the oldest first. */
export const selectSecrets = (accounts: SQL, now: number): SQL => sql`
  select *, rowid as row_number, ${MAKER_ROLES} as maker_roles from service_account_secrets
  where service_account_id in (${accounts}) and ${isLiving(now)} order by created_at, rowid`;

export const insertSecret = (
  accountId: string,
  { id, hash, maker }: NewClientSecret,
  now: number,
  condition: SQL,
): SQL => sql`
  insert into service_account_secrets
    (id, service_account_id, hash, created_at, made_by, made_with)
  select ${id}, service_accounts.id, ${hash}, ${now}, ${maker.name},
    ${maker.had && JSON.stringify(maker.had)}
  from service_accounts
  where service_accounts.id = ${accountId} and ${condition} on conflict do nothing`;

/**
 * Ends secrets, where the condition holds. Where only superseded ones are left, the newest of them
 * loses its end: the secret that superseded it is gone.
 */
export function endSecrets(ids: readonly string[], now: number, condition: SQL): SQL[] {
  if (ids.length === 0) return [];
  const ended = textsOf(ids);
  return [
    sql`update service_account_secrets as kept set expires_at = null
      where ${condition} and ${isLiving(now)} and id not in ${ended}
        and service_account_id in (
          select service_account_id from service_account_secrets where id in ${ended})
        and not exists (select 1 from service_account_secrets other
          where other.service_account_id = kept.service_account_id and other.id not in ${ended}
            and ${isLiving(now)} and (other.expires_at is null
              or (other.created_at, other.rowid) > (kept.created_at, kept.rowid)))`,
    sql`delete from service_account_secrets where id in ${ended} and ${condition}`,
  ];
}

const reader = rowReader(
  "client_secret_row_unreadable",
  z
    .object({
      id: z.string(),
      service_account_id: z.string(),
      hash: z.string(),
      made_by: z.string().nullable(),
      made_with: texts.nullable(),
      maker_roles: texts,
      created_at: time,
      last_used_at: time.nullable(),
      expires_at: time.nullable(),
    })
    .transform((row): { readonly accountId: string; readonly secret: ClientSecret } => ({
      accountId: row.service_account_id,
      secret: {
        id: row.id,
        hash: row.hash,
        maker: { name: row.made_by, had: row.made_with, roles: row.maker_roles },
        createdAt: row.created_at,
        lastUsedAt: row.last_used_at,
        expiresAt: row.expires_at,
      },
    })),
);

/**
 * @returns the secrets by account
 * @throws Impossible when one of them cannot be read: a raise is decided on all of them
 */
export function secretsByAccount(results: unknown): ReadonlyMap<string, ClientSecret[]> {
  const byAccount = Map.groupBy(reader.read(results), ({ accountId }) => accountId);
  return new Map([...byAccount].map(([id, secrets]) => [id, secrets.map(({ secret }) => secret)]));
}

/** Secrets that an event names: the queue takes no message above 128,000 bytes. */
const MOST_TOLD = 100;

type ToldOfEnded = {
  readonly ended_secrets?: readonly string[];
  readonly ended_secrets_count?: number;
};

/** What an event says of the secrets that its act ended: the first of them, and of more how many. */
export const toldOfEnded = (ids: readonly string[]): ToldOfEnded => ({
  ...(ids.length === 0 ? {} : { ended_secrets: ids.slice(0, MOST_TOLD) }),
  ...(ids.length > MOST_TOLD ? { ended_secrets_count: ids.length } : {}),
});
