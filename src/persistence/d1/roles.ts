import { type SQLWrapper, sql } from "drizzle-orm";
import { BUILT_IN_ROLES, isBuiltIn, type Role } from "../../domain/role.ts";
import type { Roles } from "../../use-cases/ports.ts";
import { atomically, type Database, onD1 } from "./database.ts";
import { rolePermissions, roles } from "./schema.ts";

export function d1Roles(db: Database): Roles {
  /** @param names null for all of them */
  const editable = async (names: readonly string[] | null): Promise<Role[]> => {
    const [found, granted] = await onD1(() =>
      db.batch([
        db
          .select({ name: roles.name, description: roles.description })
          .from(roles)
          .where(isOneOf(roles.name, names))
          .orderBy(roles.name),
        db.select().from(rolePermissions).where(isOneOf(rolePermissions.role, names)),
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

    async create({ name, description, permissions }) {
      const [inserted] = await atomically(db, [
        sql`insert into roles (name, description) values (${name}, ${description})
          on conflict do nothing`,
        // changes() counts the row just made, or none when the name was taken.
        sql`insert into role_permissions (role, permission)
          select ${name}, value from json_each(${JSON.stringify(permissions)})
          where changes() > 0`,
      ]);
      return inserted?.meta.changes ? "created" : "role_exists";
    },

    async update(name, { description = null, permissions }) {
      const described = sql`
        update roles set description = coalesce(${description}, description) where name = ${name}`;
      const granted =
        permissions === undefined
          ? []
          : [
              sql`delete from role_permissions where role = ${name}`,
              sql`insert into role_permissions (role, permission)
                select roles.name, value from roles, json_each(${JSON.stringify(permissions)})
                where roles.name = ${name}`,
            ];
      await atomically(db, [described, ...granted]);
      return (await editable([name]))[0] ?? null;
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

/** One bound parameter, however many names: D1 takes a hundred. */
const isOneOf = (column: SQLWrapper, names: readonly string[] | null) =>
  names === null
    ? undefined
    : sql`${column} in (select value from json_each(${JSON.stringify(names)}))`;
