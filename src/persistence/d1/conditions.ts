import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { type Actor, showedOneFactor } from "../../domain/access/actor.ts";
import { covers } from "../../domain/access/permission.ts";
import {
  BUILT_IN_CATALOGUE,
  BUILT_IN_ROLES,
  isBuiltIn,
  permissionsOf,
  type Role,
} from "../../domain/access/role.ts";

/** The texts of a list as rows: one bound parameter, however many, where D1 takes a hundred. */
export const textsOf = (texts: readonly string[]): SQL =>
  sql`(select value from json_each(${JSON.stringify(texts)}))`;

export const isOneOf = (column: SQLWrapper, texts: readonly string[]): SQL =>
  sql`${column} in ${textsOf(texts)}`;

/** True while these roles exist and together grant exactly what they granted when looked at. */
export function areStill(roles: readonly Role[]): SQL {
  const editable = roles.filter((role) => !isBuiltIn(role.name));
  const names = textsOf(editable.map((role) => role.name));
  const permissions = [...new Set(editable.flatMap((role) => role.permissions))];
  return sql`(
    (select count(*) from roles where name in ${names}) = ${editable.length}
    and (select count(distinct permission) from role_permissions where role in ${names})
      = ${permissions.length}
    and not exists (select 1 from role_permissions
      where role in ${names} and permission not in ${textsOf(permissions)})
    and (select count(*) from roles where name in ${names} and require_aal2)
      = ${editable.filter(({ requireAal2 }) => requireAal2).length})`;
}

/**
 * True while the actor is active, holds the roles that it acts by, and these grant as much as they
 * did: any of it may be lost between a request's check and its write.
 */
export function stillActs(actor: Actor): SQL {
  const { kind, id, roles, permissions } = actor;
  if (kind !== "user" && kind !== "service") return sql`true`;
  const isHolder =
    kind === "user"
      ? holds(sql`users`, sql`user_roles`, sql`user_id`, id, roles)
      : holds(
          sql`service_accounts`,
          sql`service_account_roles`,
          sql`service_account_id`,
          id,
          roles,
        );
  const counts = showedOneFactor(actor) ? countAtAal1(roles) : sql`true`;
  return sql`(${isHolder} and ${grantStill(roles, permissions)} and ${counts})`;
}

/** True while none of the roles asks for a second factor. */
const countAtAal1 = (roles: readonly string[]): SQL =>
  sql`not exists (select 1 from roles where ${isEditableOneOf(sql`name`, roles)} and require_aal2)`;

/** `covers` of domain/access/permission.ts in SQL: a contract test compares. */
function grantStill(roles: readonly string[], permissions: readonly string[]): SQL {
  const fixed = permissionsOf(roles, BUILT_IN_CATALOGUE);
  const others = permissions.filter((permission) => !covers(fixed, [permission]));
  return sql`not exists (
    select 1 from json_each(${JSON.stringify(others)}) needed where not exists (
      select 1 from role_permissions
      where ${isEditableOneOf(sql`role`, roles)} and permission in ${covering(sql`needed.value`)}))`;
}

/**
 * True while the actor may still act, and may grant these roles. Without an actor (a registration,
 * a change to one's own account) nothing is asked.
 */
export const mayAct = (by: Actor | undefined, given: readonly string[] = []): SQL =>
  by === undefined ? sql`true` : sql`(${stillActs(by)} and ${mayStillGive(by, given)})`;

/**
 * True while the actor holds all that these roles grant: one may be raised between the check and
 * the write.
 */
const mayStillGive = ({ permissions }: Actor, roles: readonly string[]): SQL => sql`
  not exists (
    select 1 from role_permissions given
    where ${isEditableOneOf(sql`given.role`, roles)} and not exists (
      select 1 from json_each(${JSON.stringify(permissions)}) held
      where held.value in ${covering(sql`given.permission`)}))`;

/** What covers a permission: itself, the wildcard of its resource, the wildcard of all. */
const covering = (permission: SQL): SQL =>
  sql`('*', ${permission}, substr(${permission}, 1, instr(${permission}, ':')) || '*')`;

const isEditableOneOf = (column: SQL, roles: readonly string[]): SQL =>
  isOneOf(
    column,
    roles.filter((role) => !isBuiltIn(role)),
  );

const BUILT_IN_NAMES = BUILT_IN_ROLES.map((role) => role.name);

/** Excludes the built-in roles, which are fixed in code, whatever rows were written by hand. */
export const isEditable = (role: SQL): SQL => sql`${role} not in ${textsOf(BUILT_IN_NAMES)}`;

const holds = (
  table: SQL,
  held: SQL,
  column: SQL,
  id: string,
  roles: readonly string[],
): SQL => sql`(
  exists (select 1 from ${table} where id = ${id} and status = 'active')
  and (select count(*) from ${held} where ${column} = ${id} and role in ${textsOf(roles)})
    = ${roles.length})`;

/** True for a secret that has not expired. */
export const isLiving = (now: number): SQL => sql`(expires_at is null or expires_at > ${now})`;
