import { type SQL, sql } from "drizzle-orm";
import * as z from "zod";
import { MAX_ROLES } from "../../domain/limits.ts";
import { BUILT_IN_ROLES, isBuiltIn, type Role } from "../../domain/role.ts";
import type { RoleDecision, Roles } from "../../use-cases/ports.ts";
import { areStill, isLiving, isOneOf, textsOf } from "./conditions.ts";
import { atomically, type Database, onD1 } from "./database.ts";
import { rolePermissions, roles } from "./schema.ts";
import { roleNames } from "./users.ts";

export function d1Roles(db: Database): Roles {
  /** @param names null for all of them */
  const editable = async (names: readonly string[] | null): Promise<Role[]> => {
    const [found, granted] = await onD1(() =>
      db.batch([
        db
          .select({ name: roles.name, description: roles.description })
          .from(roles)
          .where(names === null ? undefined : isOneOf(roles.name, names))
          .orderBy(roles.name),
        db
          .select()
          .from(rolePermissions)
          .where(names === null ? undefined : isOneOf(rolePermissions.role, names)),
      ]),
    );
    const byRole = Map.groupBy(granted, (row) => row.role);
    return found
      .filter((role) => !isBuiltIn(role.name))
      .map((role) => ({
        ...role,
        permissions: (byRole.get(role.name) ?? []).map((row) => row.permission).sort(),
      }));
  };

  return {
    list: async () => [...BUILT_IN_ROLES, ...(await editable(null))],

    async named(names) {
      const unknown = names.filter((name) => !isBuiltIn(name));
      const found = unknown.length === 0 ? [] : await editable(unknown);
      const builtIn = BUILT_IN_ROLES.filter((role) => names.includes(role.name));
      return new Map([...builtIn, ...found].map((role) => [role.name, role]));
    },

    async heldSets(name, after, limit) {
      const [result] = await atomically(db, [
        sql`select distinct role_names from (
            ${setsIn(sql`user_roles`, sql`user_id`, name)} union all
            ${setsIn(sql`service_account_roles`, sql`service_account_id`, name)})
          where role_names > ${after === null ? "" : JSON.stringify(after)}
          order by role_names limit ${limit}`,
      ]);
      return z
        .array(z.object({ role_names: z.string() }))
        .parse(result?.results)
        .map((row) => roleNames(row.role_names));
    },

    async create({ name, description, permissions }) {
      const [inserted, , taken] = await atomically(db, [
        sql`insert into roles (name, description) select ${name}, ${description}
          where (select count(*) from roles) < ${MAX_ROLES} on conflict do nothing`,
        // changes() counts the row just made, or none when there is no place for it.
        sql`insert into role_permissions (role, permission)
          select ${name}, value from json_each(${JSON.stringify(permissions)})
          where changes() > 0`,
        sql`select 1 from roles where name = ${name}`,
      ]);
      if (inserted?.meta.changes) return "created";
      return taken?.results.length ? "role_exists" : "too_many";
    },

    async update(name, { description = null, permissions }, decided) {
      const isMarked = sql`exists (
        select 1 from roles where name = ${name} and change_id = ${decided.changeId})`;
      const granted =
        permissions === undefined
          ? []
          : [
              sql`delete from role_permissions where role = ${name} and ${isMarked}`,
              sql`insert into role_permissions (role, permission)
                select ${name}, value from json_each(${JSON.stringify(permissions)})
                where ${isMarked}`,
            ];
      const results = await atomically(db, [
        // It decides and marks; all that follows is done only where the mark stands.
        sql`update roles set change_id = ${decided.changeId},
          description = coalesce(${description}, description)
          where name = ${name} and ${areStill([decided.role])} and ${areHoldersStill(decided)}`,
        ...granted,
        ...raised(decided, isMarked),
        sql`select 1 from roles where name = ${name} and change_id = ${decided.changeId}`,
      ]);
      const [role] = await editable([name]);
      if (role === undefined) return null;
      return results.at(-1)?.results.length ? role : "moved";
    },

    async remove(name) {
      const unused = sql`not exists (select 1 from user_roles where role = ${name})
        and not exists (select 1 from service_account_roles where role = ${name})`;
      const [, removed, left] = await atomically(db, [
        sql`delete from role_permissions where role = ${name} and ${unused}`,
        sql`delete from roles where name = ${name} and ${unused}`,
        sql`select 1 from roles where name = ${name}`,
      ]);
      if (removed?.meta.changes) return "removed";
      return left?.results.length ? "role_in_use" : "not_found";
    },
  };
}

/** The roles of everybody in a table who holds this one, sorted, as JSON. */
const setsIn = (table: SQL, holder: SQL, name: string): SQL => sql`
  select (select json_group_array(role) from (
    select role from ${table} other where other.${holder} = held.${holder} order by role)
  ) as role_names from ${table} held where held.role = ${name}`;

/** Nobody was given the role meanwhile, nor changed, nor given a secret that was not looked at. */
function areHoldersStill({ role, raise, now }: RoleDecision): SQL {
  if (raise === null) return sql`true`;
  const holders = sql`(select service_account_id from service_account_roles
    where role = ${role.name})`;
  const seen = raise.holders.map(({ id, version }) => `${id} ${version}`);
  return sql`not exists (select 1 from service_accounts
      where id in ${holders} and id || ' ' || version not in ${textsOf(seen)})
    and not exists (select 1 from service_account_secrets
      where service_account_id in ${holders} and ${isLiving(now)}
        and id not in ${textsOf(raise.seen)})`;
}

/** Every holder moves on; those that lose a secret refuse the tokens that were made before. */
function raised({ role, raise, now }: RoleDecision, isMarked: SQL): SQL[] {
  if (raise === null) return [];
  const ended = textsOf(raise.ended);
  return [
    sql`update service_accounts set version = version + 1, updated_at = ${now},
      tokens_from = iif(id in (
        select service_account_id from service_account_secrets where id in ${ended}),
        version + 1, tokens_from)
      where id in (select service_account_id from service_account_roles where role = ${role.name})
        and ${isMarked}`,
    sql`delete from service_account_secrets where id in ${ended} and ${isMarked}`,
  ];
}
