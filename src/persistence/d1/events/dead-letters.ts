import { type SQL, sql } from "drizzle-orm";
import type { DeadLetters } from "../../../use-cases/events/ports.ts";
import { isOneOf } from "../conditions.ts";
import { atomically, type Database } from "../database.ts";

/** Spelt as the indexes are. */
const SUBJECT = sql`message ->> '$.event.subject.id'`;
const ACTOR = sql`message ->> '$.event.actor.id'`;

/** `contextOwner` of domain/events/event.ts in SQL. */
const CONTEXT_OWNER = sql`iif(message ->> '$.event.actor.kind' = 'anyone', ${SUBJECT}, ${ACTOR})`;

/** In the main database: what the audit trail could not take must be kept elsewhere. */
export const d1DeadLetters = (db: Database): DeadLetters => ({
  async keep(id, message, reason, now) {
    await atomically(db, [
      sql`insert into dead_letters (id, message, reason, died_at)
        select ${id}, ${withoutThose(isGone)}, ${reason}, ${now}
        from (select ${jsonOf(message)} as message) where true on conflict do nothing`,
    ]);
  },

  async remove(ids) {
    await atomically(db, [sql`delete from dead_letters where ${isOneOf(sql`id`, ids)}`]);
  },

  async forgetRequests(before, limit) {
    await atomically(db, [
      sql`delete from dead_letters where id in (
        select id from dead_letters where message ->> '$.kind' = 'mail_request'
          and died_at < ${before} limit ${limit})`,
    ]);
  },

  async dropMail(before, limit) {
    await atomically(db, [
      sql`update dead_letters set message = json_remove(message, '$.mail') where id in (
        select id from dead_letters where message ->> '$.mail' is not null
          and died_at < ${before} limit ${limit})`,
    ]);
  },

  async removeBefore(before, limit) {
    await atomically(db, [
      sql`delete from dead_letters where id in (
        select id from dead_letters where died_at < ${before} limit ${limit})`,
    ]);
  },

  async erase(ids, limit) {
    const without = withoutThose((id) => isOneOf(id, ids));
    const [changed] = await atomically(db, [
      sql`update dead_letters set message = ${without} where id in (
        select id from dead_letters
        where (${isOneOf(SUBJECT, ids)} or ${isOneOf(ACTOR, ids)}) and message <> ${without}
        limit ${limit})`,
    ]);
    return changed?.meta.changes ?? 0;
  },
});

/** A user who was deleted: no other id looks like theirs, and none is used again. */
const isGone = (id: SQL): SQL =>
  sql`(${id} glob 'usr_*' and not exists (select 1 from users where users.id = ${id}))`;

/** A message without those of whom a condition on their id is true. */
function withoutThose(areErased: (id: SQL) => SQL): SQL {
  const withoutContext = sql`iif(${areErased(CONTEXT_OWNER)}, json_set(message, '$.event.context',
    json('{"ip":null,"userAgent":null,"requestId":null}')), message)`;
  return sql`iif(${areErased(SUBJECT)}, json_object(
    'event', json_extract(${withoutContext}, '$.event'),
    'keeper', json_extract(message, '$.keeper')), ${withoutContext})`;
}

/** Of what no JSON can say, nothing is kept: the service sends no such message. */
function jsonOf(message: unknown): string {
  try {
    return JSON.stringify(message) ?? "null";
  } catch {
    return "null";
  }
}
