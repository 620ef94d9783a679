import { type SQL, sql } from "drizzle-orm";
import type { UserId } from "../../../domain/ids.ts";

/**
 * The statements of one batch, as a change of the service's own: its triggers note nothing and
 * move nothing on. Before and after the batch there is no sign of it, and batches do not mix, so a
 * change by other hands is noted however close it comes.
 */
export const asOwnChange = (userId: UserId, statements: readonly SQL[]): readonly SQL[] => [
  sql`insert into own_changes (user_id) values (${userId}) on conflict do nothing`,
  ...statements,
  sql`delete from own_changes where user_id = ${userId}`,
];
