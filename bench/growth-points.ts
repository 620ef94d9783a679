import { MAX_PERMISSIONS_PER_ROLE, MAX_ROLES_PER_PRINCIPAL } from "../src/domain/limits.ts";
import type { GrowthRow } from "./results.ts";
import { accounts, emailOf } from "./servers/product.ts";

/** The account that everything is measured on; the first one is the administrator. */
export const PERSON = 1;

/** One size of what grows. Each has a server of its own, so that its tables hold nothing else. */
export type Point = {
  readonly dimension: GrowthRow["dimension"];
  readonly size: number;
  /** Accounts in D1. */
  readonly users: number;
  /** Sessions that PERSON has while it is measured. */
  readonly sessions: number;
  /** What D1 holds in the beginning, besides the tables. */
  readonly seed: readonly string[];
};

const USERS = 1_000;

const ordinary = { users: USERS, sessions: 1, seed: accounts(USERS) };

const users = (size: number): Point => ({
  ...ordinary,
  dimension: "users",
  size,
  users: size,
  seed: accounts(size),
});

const sessions = (size: number): Point => ({
  ...ordinary,
  dimension: "sessions of a user",
  size,
  sessions: size,
});

const roles = (size: number): Point => ({
  ...ordinary,
  dimension: "roles of a user",
  size,
  seed: [...ordinary.seed, ...heldRoles(size, 10)],
});

const permissions = (size: number): Point => ({
  ...ordinary,
  dimension: "permissions of a role",
  size,
  seed: [...ordinary.seed, ...heldRoles(1, size)],
});

/** The last size of each but the first is the service's own limit (README, "Limits"). */
export const DIMENSIONS: readonly (readonly Point[])[] = [
  [1_000, 10_000, 100_000, 1_000_000].map(users),
  [1, 10, 100].map(sessions),
  [1, 10, MAX_ROLES_PER_PRINCIPAL].map(roles),
  [1, 10, MAX_PERMISSIONS_PER_ROLE].map(permissions),
];

/**
 * Roles that PERSON holds, and nothing else: all grant the same, so that with more roles only the
 * roles are more.
 */
function heldRoles(count: number, granted: number): string[] {
  const person = `(select id from users where email = '${emailOf(PERSON)}')`;
  return [
    `insert into roles (name) ${series(count, "printf('role-%04d', i)")}`,
    `insert into role_permissions (role, permission)
     select role.name, permission.name
     from (select name from roles where name like 'role-%') role,
       (${series(granted, "printf('resource-%04d:read', i) as name")}) permission`,
    `delete from user_roles where user_id = ${person}`,
    `insert into user_roles (user_id, role)
     select ${person}, name from roles where name like 'role-%'`,
  ];
}

/** A query of so many rows; `i` counts from 0. */
function series(count: number, value: string): string {
  return `with recursive n(i) as (select 0 union all select i + 1 from n where i < ${count - 1})
    select ${value} from n`;
}
