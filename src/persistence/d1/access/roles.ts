import { type SQL, sql } from "drizzle-orm";
import * as z from "zod";
import { BUILT_IN_ROLES, isBuiltIn, type Role } from "../../../domain/access/role.ts";
import type { What } from "../../../domain/events/event.ts";
import { MAX_ROLES } from "../../../domain/limits.ts";
import type { RoleDecision, Roles } from "../../../use-cases/access/ports.ts";
import { endSecrets, toldOfEnded } from "../clients/client-secrets.ts";
import { areStill, isLiving, isOneOf, stillActs, textsOf } from "../conditions.ts";
import { atomically, type Database, onD1 } from "../database.ts";
import { type Told, tellLater } from "../events/told.ts";
import { rowReader, texts } from "../rows.ts";
import { rolePermissions, roles } from "../schema.ts";

export function d1Roles(
  db: Database,
  told: Told = tellLater,
  builtInRoles: readonly Role[] = BUILT_IN_ROLES,
): Roles {
  /** @param names null for all of them */
  const editable = async (names: readonly string[] | null): Promise<Role[]> => {
    const [found, granted] = await onD1(() =>
      db.batch([
        db
          .select({
            name: roles.name,
            description: roles.description,
            requireAal2: roles.requireAal2,
          })
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
      .map(({ requireAal2, ...role }) => ({
        ...role,
        ...(requireAal2 && { requireAal2 }),
        permissions: (byRole.get(role.name) ?? []).map((row) => row.permission).sort(),
      }));
  };

  return {
    list: async () => [...builtInRoles, ...(await editable(null))],

    async named(names) {
      const unknown = names.filter((name) => !isBuiltIn(name));
      const found = unknown.length === 0 ? [] : await editable(unknown);
      const builtIn = builtInRoles.filter((role) => names.includes(role.name));
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
      return heldSets.read(result?.results);
    },

    async create({ name, description, permissions, requireAal2 = false }, { actor, changeId }) {
      const isMade = isMarked(name, changeId);
      const subject = { kind: "role", id: name } as const;
      const data = { permissions, ...(requireAal2 && { require_aal2: true }) };
      const what = { type: "role.created", data } as const;
      const [, , made, taken, full] = await atomically(db, [
        sql`insert into roles (name, description, require_aal2, change_id)
          select ${name}, ${description}, ${Number(requireAal2)}, ${changeId}
          where ${COUNT} < ${MAX_ROLES} and ${stillActs(actor)} on conflict do nothing`,
        insertPermissions(name, permissions, isMade),
        sql`select 1 where ${isMade}`,
        sql`select 1 from roles where name = ${name} and ${stillActs(actor)}`,
        sql`select 1 where ${COUNT} >= ${MAX_ROLES} and ${stillActs(actor)}`,
        told(actor, subject, what, isMade),
      ]);
      if (made?.results.length) return "created";
      if (taken?.results.length) return "role_exists";
      return full?.results.length ? "too_many" : "moved";
    },

    async update(name, { description = null, permissions, requireAal2 = null }, decided) {
      const { actor, changeId, role } = decided;
      const isEdited = isMarked(name, changeId);
      const granted =
        permissions === undefined
          ? []
          : [
              // Those that stay are not touched: each that moves is noted for whoever holds it.
              sql`delete from role_permissions where role = ${name}
                and permission not in ${textsOf(permissions)} and ${isEdited}`,
              insertPermissions(name, permissions, isEdited),
            ];
      const results = await atomically(db, [
        sql`update roles set change_id = ${changeId},
          description = coalesce(${description}, description),
          require_aal2 = coalesce(${requireAal2 === null ? null : Number(requireAal2)}, require_aal2)
          where name = ${name} and ${areStill([role])} and ${areHoldersStill(decided)}
            and ${stillActs(actor)}`,
        ...granted,
        ...raised(decided, isEdited),
        told(
          actor,
          { kind: "role", id: name },
          updated(permissions, requireAal2, decided.raise),
          isEdited,
        ),
        sql`select 1 where ${isEdited}`,
      ]);
      const [edited] = await editable([name]);
      if (edited === undefined) return null;
      return results.at(-1)?.results.length ? edited : "moved";
    },

    async remove(role, { actor, changeId }) {
      const { name } = role;
      const isUsed = sql`(exists (select 1 from user_roles where role = ${name})
        or exists (select 1 from service_account_roles where role = ${name}))`;
      const subject = { kind: "role", id: name } as const;
      const isMine = isMarked(name, changeId);
      const [, marked, , , , left, used] = await atomically(db, [
        sql`update roles set change_id = ${changeId}
          where name = ${name} and ${areStill([role])} and not ${isUsed} and ${stillActs(actor)}`,
        sql`select 1 where ${isMine}`,
        told(actor, subject, { type: "role.deleted" }, isMine),
        sql`delete from role_permissions where role = ${name} and ${isMine}`,
        sql`delete from roles where name = ${name} and change_id = ${changeId}`,
        sql`select 1 from roles where name = ${name}`,
        sql`select 1 where ${isUsed} and ${stillActs(actor)}`,
      ]);
      if (marked?.results.length) return "removed";
      if (!left?.results.length) return "not_found";
      return used?.results.length ? "role_in_use" : "moved";
    },
  };
}

/** @param permissions undefined where the edit left them, as `requireAal2` is null */
const updated = (
  permissions: readonly string[] | undefined,
  requireAal2: boolean | null,
  raise: RoleDecision["raise"],
): What => ({
  type: "role.updated",
  data: {
    ...(permissions === undefined ? {} : { permissions }),
    ...(requireAal2 === null ? {} : { require_aal2: requireAal2 }),
    ...toldOfEnded(raise?.ended ?? []),
  },
});

const COUNT = sql`(select count(*) from roles)`;

/** The first statement of an edit decides and marks; what follows is done only where the mark stands. */
const isMarked = (name: string, changeId: string): SQL => sql`exists (
  select 1 from roles where name = ${name} and change_id = ${changeId})`;

const insertPermissions = (
  name: string,
  permissions: readonly string[],
  condition: SQL,
): SQL => sql`
  insert into role_permissions (role, permission)
  select ${name}, value from json_each(${JSON.stringify(permissions)}) where ${condition}
  on conflict do nothing`;

const heldSets = rowReader(
  "held_roles_unreadable",
  z.object({ role_names: texts }).transform((row) => row.role_names),
);

/** The roles of everybody in a table who holds this one, sorted, as JSON. */
const setsIn = (table: SQL, holder: SQL, name: string): SQL => sql`
  select (select json_group_array(role) from (
    select role from ${table} other where other.${holder} = held.${holder} order by role)
  ) as role_names from ${table} held where held.role = ${name}`;

/**
 * True while the role's holders, their versions and their living secrets are those that were
 * checked.
 */
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

/** Every holder gets a new version; those that are raised refuse the tokens issued before. */
function raised({ role, raise, now }: RoleDecision, isEdited: SQL): SQL[] {
  if (raise === null) return [];
  const more = raise.holders.filter(({ isRaised }) => isRaised).map(({ id }) => id);
  return [
    sql`update service_accounts set version = version + 1, updated_at = ${now},
      tokens_from = iif(id in ${textsOf(more)}, version + 1, tokens_from)
      where id in (select service_account_id from service_account_roles where role = ${role.name})
        and ${isEdited}`,
    ...endSecrets(raise.ended, now, isEdited),
  ];
}
