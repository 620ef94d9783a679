import { type SQL, sql } from "drizzle-orm";
import type { Actor } from "../../../domain/access/actor.ts";
import type { Act, Decided } from "../../../use-cases/clients/ports.ts";
import { isLiving, stillActs, textsOf } from "../conditions.ts";
import { atomically, type Database } from "../database.ts";

/**
 * Changes the row while it has the version that was checked, and the conditions hold.
 *
 * @param statements what is done besides, each only where the row is marked
 * @param set what the row is then, its version among it
 * @param tell the statement that writes the event
 * @returns false when nothing was done
 */
export async function changeRow(
  db: Database,
  id: string,
  { actor, version }: Act,
  condition: SQL,
  statements: readonly SQL[],
  set: SQL,
  tell: (actor: Actor, isDone: SQL) => SQL,
): Promise<boolean> {
  const [, marked] = await atomically(db, [
    mark(id, sql`version = ${version} and ${condition} and ${stillActs(actor)}`),
    sql`select 1 where ${isMarked(id)}`,
    tell(actor, isMarked(id)),
    ...statements,
    sql`update service_accounts set ${set} where id = ${id} and version = ${MARK}`,
  ]);
  return marked?.results.length === 1;
}

/**
 * No account gets to this version. A row has it within a batch only: the first statement decides
 * and marks, what follows is done only where the mark stands, and the last one takes it away. So an
 * account that changes itself is judged once, before the change.
 */
export const MARK = 2 ** 40;

export const mark = (id: string, condition: SQL, set = sql``): SQL => sql`
  update service_accounts set version = ${MARK} ${set} where id = ${id} and ${condition}`;

export const hasVersion = (id: string, version: number): SQL =>
  sql`exists (select 1 from service_accounts where id = ${id} and version = ${version})`;

export const isMarked = (id: string): SQL => hasVersion(id, MARK);

/** Of rows that belong to an account. */
export const ofMarked = (id: string): SQL => sql`service_account_id = ${id} and ${isMarked(id)}`;

/** For a raise: true while there is no living secret that was not checked. */
export const isSeen = (id: string, { raise, now }: Decided): SQL =>
  raise === null
    ? sql`true`
    : sql`not exists (select 1 from service_account_secrets where service_account_id = ${id}
        and ${isLiving(now)} and id not in ${textsOf(raise.seen)})`;

export const endedBy = ({ raise }: Decided): readonly string[] => raise?.ended ?? [];

/**
 * A raise refuses the tokens issued before: whoever has one was given less than the account may do
 * now.
 */
export const tokensFrom = ({ raise, version }: Decided): SQL =>
  raise === null ? sql`tokens_from` : sql`${version + 1}`;
