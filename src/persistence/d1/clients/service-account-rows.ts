import { type SQL, sql } from "drizzle-orm";
import * as z from "zod";
import { collapsed } from "../../../domain/access/permission.ts";
import { BUILT_IN_CATALOGUE } from "../../../domain/access/role.ts";
import type { ServiceAccount } from "../../../domain/clients/service-account.ts";
import { parseServiceAccountId } from "../../../domain/ids.ts";
import { isEditable } from "../conditions.ts";
import { rowReader, spelt, status, texts, time, version } from "../rows.ts";

/** What the editable roles of an account grant, some of it perhaps more than once. */
export const GRANTED = sql`(select json_group_array(permission) from role_permissions where role in (
  select role from service_account_roles where service_account_id = service_accounts.id)
  and ${isEditable(sql`role`)})`;

export const selectAccounts = (condition: SQL, granted: SQL): SQL => sql`
  select *, rowid as row_number, ${granted} as granted, (
    select json_group_array(role) from service_account_roles
    where service_account_id = service_accounts.id) as role_names
  from service_accounts where ${condition} order by created_at, id`;

export const accountRows = rowReader(
  "service_account_row_unreadable",
  z
    .object({
      id: spelt(parseServiceAccountId),
      name: z.string(),
      status,
      version,
      tokens_from: version,
      created_at: time,
      updated_at: time,
      role_names: texts,
      granted: texts,
    })
    .transform(({ role_names: roles, granted, ...row }): ServiceAccount => {
      const builtIn = roles.flatMap((name) => BUILT_IN_CATALOGUE.get(name)?.permissions ?? []);
      return {
        id: row.id,
        name: row.name,
        status: row.status,
        roles,
        permissions: collapsed([...builtIn, ...granted]),
        version: row.version,
        tokensFrom: row.tokens_from,
        createdAt: row.created_at,
        updatedAt: row.updated_at,
      };
    }),
);
