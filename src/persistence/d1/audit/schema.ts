import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The database of the audit trail: its writes never queue before a sign-in. */
export const events = sqliteTable(
  "events",
  {
    id: text("id").primaryKey(),
    type: text("type").notNull(),
    /** Unix milliseconds, as the next but one. */
    occurredAt: integer("occurred_at").notNull(),
    /** Its place among the acts of its user's object; null for others. */
    seq: integer("seq"),
    storedAt: integer("stored_at").notNull(),
    actorKind: text("actor_kind").notNull(),
    actorId: text("actor_id").notNull(),
    subjectKind: text("subject_kind").notNull(),
    subjectId: text("subject_id").notNull(),
    ip: text("ip"),
    userAgent: text("user_agent"),
    requestId: text("request_id"),
    outcome: text("outcome").notNull(),
    reason: text("reason"),
    /** JSON. */
    data: text("data").notNull(),
  },
  (table) => [
    index("events_time").on(table.occurredAt, table.id),
    index("events_subject").on(table.subjectId, table.occurredAt, table.id),
    index("events_actor").on(table.actorId, table.occurredAt, table.id),
    index("events_place").on(table.subjectId, table.seq).where(sql`seq is not null`),
    index("events_type").on(table.type, table.occurredAt, table.id),
  ],
);
