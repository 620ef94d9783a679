import { sql } from "drizzle-orm";
import * as z from "zod";
import { FIRST_PATIENCE, LONGEST_PATIENCE } from "../../../domain/events/patience.ts";
import type { RecordOutbox, Waiting } from "../../../use-cases/events/ports.ts";
import { isOneOf } from "../conditions.ts";
import { atomically, type Database } from "../database.ts";

const ofRecord = z.object({ keeper: z.object({ kind: z.literal("record") }) });

const rows = z.array(z.object({ id: z.string(), message: z.string() }));

export const d1RecordOutbox = (db: Database): RecordOutbox => ({
  async claim(now, limit, from) {
    // Nothing but the index: what one import made is due in the same millisecond.
    const order = from === "newest" ? sql`due_at desc` : sql`due_at`;
    // `nextDue` of domain/events/patience.ts in SQL.
    const waited = sql`${now} - coalesce(message ->> '$.event.occurredAt', ${now})`;
    const patience = sql`min(max(${waited}, ${FIRST_PATIENCE}), ${LONGEST_PATIENCE})`;
    // What was written by hand and is no JSON must hold up nobody.
    const [claimed] = await atomically(db, [
      sql`update outbox set due_at = ${now} + ${patience} where id in (
          select id from (select id from outbox where due_at > ${now + LONGEST_PATIENCE}
            and json_valid(message) limit ${limit})
          union all
          select id from (select id from outbox where due_at <= ${now}
            and json_valid(message) order by ${order} limit ${limit})
          limit ${limit})
        returning id, message`,
    ]);
    return rows.parse(claimed?.results).map(({ id, message }) => waiting(id, JSON.parse(message)));
  },

  async remove(ids) {
    await atomically(db, [sql`delete from outbox where ${isOneOf(sql`id`, ids)}`]);
  },
});

/** @param stored by the service, or a dead letter, which the consumer judges once more */
const waiting = (id: string, message: Waiting["message"]): Waiting => ({
  id,
  message,
  isKept: ofRecord.safeParse(message).success,
});
