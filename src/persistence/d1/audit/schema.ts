import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/*
 * Events with a context, by whose it is: `contextOwner` of domain/events/event.ts in SQL, which a
 * contract test compares.
 */
const HAS_CONTEXT = sql`(ip is not null or user_agent is not null or request_id is not null)`;
export const IS_CONTEXT_OF_SUBJECT = sql`actor_kind = 'anyone' and ${HAS_CONTEXT}`;
export const IS_CONTEXT_OF_ACTOR = sql`actor_kind <> 'anyone' and ${HAS_CONTEXT}`;

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
    // What is left of somebody is found at once, however much was erased already.
    index("events_subject_context").on(table.subjectId).where(IS_CONTEXT_OF_SUBJECT),
    index("events_actor_context").on(table.actorId).where(IS_CONTEXT_OF_ACTOR),
  ],
);

/** Users who were deleted, for as long as an older event of theirs could come. */
export const erased = sqliteTable(
  "erased",
  {
    id: text("id").primaryKey(),
    deletedAt: integer("deleted_at").notNull(),
    /** Whether no event that stands here has their context any more. */
    done: integer("done", { mode: "boolean" }).notNull().default(false),
  },
  (table) => [index("erased_done").on(table.done, table.deletedAt)],
);
