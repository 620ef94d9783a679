import { sql } from "drizzle-orm";
import * as z from "zod";
import type { KeptEvent } from "../../../domain/events/event.ts";
import type { RecordOutbox } from "../../../use-cases/events/ports.ts";
import { isOneOf } from "../conditions.ts";
import { atomically, type Database } from "../database.ts";

/** Milliseconds after which an event that nobody confirmed is sent again. */
const PATIENCE = 60_000;

/** Written by `tellingOf` and read by nobody else. */
const rows = z.array(
  z.object({ event: z.string().transform((json): KeptEvent => JSON.parse(json)) }),
);

export const d1RecordOutbox = (db: Database): RecordOutbox => ({
  async due(now, limit) {
    const [found] = await atomically(db, [
      sql`select event from outbox where due_at <= ${now} order by due_at limit ${limit}`,
    ]);
    return rows.parse(found?.results).map(({ event }) => event);
  },

  async postpone(ids, now) {
    await atomically(db, [
      sql`update outbox set due_at = ${now + PATIENCE} where ${isOneOf(sql`id`, ids)}`,
    ]);
  },

  async remove(ids) {
    await atomically(db, [sql`delete from outbox where ${isOneOf(sql`id`, ids)}`]);
  },
});
