import { sql } from "drizzle-orm";
import type { DeadLetters } from "../../../use-cases/events/ports.ts";
import { atomically, type Database } from "../database.ts";

/** In the main database: what the audit trail could not take must be kept elsewhere. */
export const d1DeadLetters = (db: Database): DeadLetters => ({
  async keep(id, message, reason, now) {
    await atomically(db, [
      sql`insert into dead_letters (id, message, reason, died_at)
        values (${id}, ${jsonOf(message)}, ${reason}, ${now}) on conflict do nothing`,
    ]);
  },
});

/** Of what no JSON can say, nothing is kept: the service sends no such message. */
function jsonOf(message: unknown): string {
  try {
    return JSON.stringify(message) ?? "null";
  } catch {
    return "null";
  }
}
