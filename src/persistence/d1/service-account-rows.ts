import { type SQL, sql } from "drizzle-orm";
import * as z from "zod";
import { parseServiceAccountId } from "../../domain/ids.ts";
import { BUILT_IN_CATALOGUE, collapsed } from "../../domain/role.ts";
import type { ServiceAccount } from "../../domain/service-account.ts";
import { Impossible } from "../../use-cases/ports.ts";
import { roleNames } from "./users.ts";

/** What the roles of an account grant, some of it perhaps more than once. */
export const GRANTED = sql`(select json_group_array(permission) from role_permissions where role in (
  select role from service_account_roles where service_account_id = service_accounts.id))`;

export const selectAccounts = (condition: SQL, granted: SQL): SQL => sql`
  select *, ${granted} as granted, (select json_group_array(role) from service_account_roles
    where service_account_id = service_accounts.id) as role_names
  from service_accounts where ${condition} order by created_at, id`;

const rows = z.array(
  z
    .object({
      id: z.string(),
      name: z.string(),
      status: z.enum(["active", "disabled"]),
      version: z.int(),
      tokens_from: z.int(),
      created_at: z.int(),
      updated_at: z.int(),
      role_names: z.string(),
      granted: z.string(),
    })
    .transform((row): ServiceAccount => {
      const id = parseServiceAccountId(row.id);
      if (!id.ok) throw new Impossible("service_account_row_unreadable");
      const roles = roleNames(row.role_names);
      const builtIn = roles.flatMap((name) => BUILT_IN_CATALOGUE.get(name)?.permissions ?? []);
      return {
        id: id.value,
        name: row.name,
        status: row.status,
        roles,
        permissions: collapsed([...builtIn, ...roleNames(row.granted)]),
        version: row.version,
        tokensFrom: row.tokens_from,
        createdAt: row.created_at,
        updatedAt: row.updated_at,
      };
    }),
);

export const accountsIn = (results: unknown): ServiceAccount[] => rows.parse(results);
