import { type SQL, sql } from "drizzle-orm";
import * as z from "zod";
import type { ClientSecret } from "../../domain/service-account.ts";
import type { NewClientSecret } from "../../use-cases/ports.ts";
import { isLiving } from "./conditions.ts";
import { roleNames } from "./users.ts";

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
  select *, ${MAKER_ROLES} as maker_roles from service_account_secrets
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

const rows = z.array(
  z.object({
    id: z.string(),
    service_account_id: z.string(),
    hash: z.string(),
    made_by: z.string().nullable(),
    made_with: z.string().nullable(),
    maker_roles: z.string(),
    created_at: z.int(),
    last_used_at: z.int().nullable(),
    expires_at: z.int().nullable(),
  }),
);

/** @returns the secrets by account */
export function secretsByAccount(results: unknown): ReadonlyMap<string, ClientSecret[]> {
  const byAccount = Map.groupBy(rows.parse(results), (row) => row.service_account_id);
  return new Map([...byAccount].map(([id, secrets]) => [id, secrets.map(secretOf)]));
}

const secretOf = (row: z.output<typeof rows>[number]): ClientSecret => ({
  id: row.id,
  hash: row.hash,
  maker: {
    name: row.made_by,
    had: row.made_with === null ? null : roleNames(row.made_with),
    roles: roleNames(row.maker_roles),
  },
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
  expiresAt: row.expires_at,
});
