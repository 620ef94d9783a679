import { sql } from "drizzle-orm";
import * as z from "zod";
import type { RecordOutbox, Waiting } from "../../../use-cases/events/ports.ts";
import { isOneOf } from "../conditions.ts";
import { atomically, type Database } from "../database.ts";

/** Milliseconds after which a message that nobody confirmed is sent again, and at most. */
const FIRST_PATIENCE = 60_000;
const LONGEST_PATIENCE = 60 * 60_000;

const ofRecord = z.object({ keeper: z.object({ kind: z.literal("record") }) });

const rows = z.array(z.object({ id: z.string(), message: z.string() }));

export const d1RecordOutbox = (db: Database): RecordOutbox => ({
  async due(now, limit) {
    // What was written by hand and is no JSON must hold up nobody.
    const [found] = await atomically(db, [
      sql`select id, message from outbox where due_at <= ${now} and json_valid(message)
        order by due_at, id limit ${limit}`,
    ]);
    return rows.parse(found?.results).map(({ id, message }) => waiting(id, JSON.parse(message)));
  },

  /** The wait doubles: it is as long as the event has waited. */
  async postpone(ids, now) {
    const since = sql`coalesce(message ->> '$.event.occurredAt', ${now})`;
    await atomically(db, [
      sql`update outbox
        set due_at = ${now} + min(max(${now} - ${since}, ${FIRST_PATIENCE}), ${LONGEST_PATIENCE})
        where ${isOneOf(sql`id`, ids)}`,
    ]);
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
