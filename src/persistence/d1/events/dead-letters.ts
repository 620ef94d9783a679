import { sql } from "drizzle-orm";
import type { DeadLetters } from "../../../use-cases/events/ports.ts";
import { atomically, type Database } from "../database.ts";

/** In the main database: what the audit trail could not take must be kept elsewhere. */
export const d1DeadLetters = (db: Database): DeadLetters => ({
  async keep(id, message, now) {
    await atomically(db, [
      sql`insert into dead_letters (id, message, died_at)
        values (${id}, ${JSON.stringify(message)}, ${now}) on conflict do nothing`,
    ]);
  },
});
