import { type SQL, sql } from "drizzle-orm";
import type { Actor } from "../../../domain/access/actor.ts";
import type { UserId } from "../../../domain/ids.ts";
import { stillActs } from "../conditions.ts";
import { atomically, type Database } from "../database.ts";
import { MAX_TIME } from "../rows.ts";

const isTime = (column: SQL): SQL =>
  sql`(typeof(${column}) = 'integer' and ${column} between 0 and ${MAX_TIME})`;

const isTextOrNull = (column: SQL): SQL => sql`typeof(${column}) in ('text', 'null')`;

const IS_VERSION = sql`(typeof(version) = 'integer' and version between 1 and ${Number.MAX_SAFE_INTEGER})`;

/** What the triggers demand of each column, and what replaces a value that they would refuse. */
const COLUMNS: readonly (readonly [column: SQL, isGood: SQL, instead: SQL])[] = [
  [sql`status`, sql`status in ('active', 'disabled')`, sql`'disabled'`],
  [sql`email_verified`, sql`email_verified in (0, 1)`, sql`0`],
  ...[sql`name`, sql`password_hash`].map((it) => [it, isTextOrNull(it), sql`null`] as const),
  ...[sql`password_set_at`, sql`created_at`, sql`updated_at`].map(
    (it) => [it, isTime(it), sql`0`] as const,
  ),
];

const IS_WHOLE = sql.join(
  [IS_VERSION, sql`typeof(change_id) = 'text'`, ...COLUMNS.map(([, isGood]) => isGood)],
  sql` and `,
);

/**
 * Added to the version, as after a restore (docs/operations.md): past any that the user's object
 * may know.
 */
const LEAP = 1_000_000;

/**
 * Replaces the values that a change to the row would fail on, so that it can be deleted like any
 * other. A row that is whole stays as it is.
 *
 * @returns false when there is no such row
 */
export async function mendUser(
  db: Database,
  id: UserId,
  changeId: string,
  by: Actor,
): Promise<boolean> {
  const mended = COLUMNS.map(
    ([column, isGood, instead]) => sql`${column} = iif(${isGood}, ${column}, ${instead})`,
  );
  const [, found] = await atomically(db, [
    sql`update users set ${sql.join(mended, sql`, `)}, change_id = ${changeId},
      version = iif(${IS_VERSION}, version, 1) + ${LEAP}
      where id = ${id} and not (${IS_WHOLE}) and ${stillActs(by)}`,
    sql`select 1 from users where id = ${id}`,
  ]);
  return Boolean(found?.results.length);
}
