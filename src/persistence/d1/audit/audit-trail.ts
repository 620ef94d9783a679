import { type SQL, sql } from "drizzle-orm";
import * as z from "zod";
import { ACTOR_KINDS } from "../../../domain/access/actor.ts";
import {
  contextOwner,
  deletedUser,
  EVENT_TYPES,
  type Event,
  OUTCOMES,
  SUBJECT_KINDS,
  type Subject,
} from "../../../domain/events/event.ts";
import type { AuditTrail, EventQuery, Notify } from "../../../use-cases/events/ports.ts";
import type { Clock } from "../../../use-cases/outside.ts";
import { atomically, type Database } from "../database.ts";
import { rowReader, time } from "../rows.ts";

/**
 * The audit trail in a database of its own. What is stored twice is there once.
 *
 * @param notify hears of the rows that a list had to leave out, such as those of newer code
 */
export const d1AuditTrail = (
  db: Pick<Database, "$client">,
  clock: Clock,
  notify: Notify,
): AuditTrail => ({
  async store(events) {
    // One bound parameter, however many: D1 takes a hundred.
    const rows = JSON.stringify(events.map(rowOf));
    const isErased = sql`value ->> 14 in (select id from erased)`;
    await atomically(db, [
      noteErased(events),
      sql`insert into events (id, type, occurred_at, seq, stored_at, actor_kind, actor_id,
          subject_kind, subject_id, ip, user_agent, request_id, outcome, reason, data)
        select value ->> 0, value ->> 1, value ->> 2, value ->> 3, ${clock()}, value ->> 4,
          value ->> 5, value ->> 6, value ->> 7, iif(${isErased}, null, value ->> 8),
          iif(${isErased}, null, value ->> 9), iif(${isErased}, null, value ->> 10), value ->> 11,
          value ->> 12, value ->> 13
        from json_each(${rows}) where true on conflict do nothing`,
    ]);
  },

  async list(query) {
    const events: Event[] = [];
    let { after } = query;
    let rows: unknown[];
    // A page goes on behind rows that cannot be read, so that it always ends at one that can.
    do {
      rows = await page(db, { ...query, after });
      events.push(...reader.readable(rows, "events", notify));
      after = places.parse(rows).at(-1) ?? null;
    } while (events.length < query.limit && rows.length === query.limit);
    return events.slice(0, query.limit);
  },

  async listAbout(id, after, limit) {
    const page = (isTheirs: SQL) => sql`select * from (
      select *, rowid as row_number from events where ${isTheirs} and ${comesAfter(after)}
      order by occurred_at desc, id desc limit ${limit})`;
    const [found] = await atomically(db, [
      sql`${page(sql`subject_id = ${id}`)} union ${page(sql`actor_id = ${id}`)}
        order by occurred_at desc, id desc limit ${limit}`,
    ]);
    return reader.read(found?.results);
  },

  async removeBefore(before, limit) {
    const [removed] = await atomically(db, [
      sql`delete from events where id in (
        select id from events where occurred_at < ${before} order by occurred_at limit ${limit})`,
    ]);
    return removed?.meta.changes ?? 0;
  },
});

/** In the transaction that stores events: what comes earlier is erased afterwards. */
function noteErased(events: readonly Event[]): SQL {
  const gone = events.flatMap((event) => {
    const id = deletedUser(event);
    return id === null ? [] : [[id, event.occurredAt]];
  });
  return sql`insert into erased (id, deleted_at)
    select value ->> 0, value ->> 1 from json_each(${JSON.stringify(gone)}) where true
    on conflict do nothing`;
}

async function page(db: Pick<Database, "$client">, query: EventQuery): Promise<unknown[]> {
  const [found] = await atomically(db, [
    sql`select *, rowid as row_number from events where ${matching(query)}
      order by occurred_at desc, id desc limit ${query.limit}`,
  ]);
  return found?.results ?? [];
}

/** Where each row stands, whatever else it says. */
const places = z.array(
  z
    .object({ occurred_at: z.number(), id: z.string() })
    .transform((row) => ({ occurredAt: row.occurred_at, id: row.id })),
);

const rowOf = ({ actor, subject, context, data, ...event }: Event) => [
  event.id,
  event.type,
  event.occurredAt,
  event.seq,
  actor.kind,
  actor.id,
  subject.kind,
  subject.id,
  context.ip,
  context.userAgent,
  context.requestId,
  event.outcome,
  event.reason,
  JSON.stringify(data),
  contextOwner({ actor, subject }),
];

function matching({ subject, actor, type, since, until, after }: EventQuery): SQL {
  const conditions = [
    subject === null ? null : sql`subject_id = ${subject}`,
    actor === null ? null : sql`actor_id = ${actor}`,
    // A whole branch of the tree, by its range in the index.
    type === null ? null : sql`(type = ${type} or (type > ${`${type}.`} and type < ${`${type}/`}))`,
    since === null ? null : sql`occurred_at >= ${since}`,
    until === null ? null : sql`occurred_at < ${until}`,
    after === null ? null : comesAfter(after),
  ].filter((condition) => condition !== null);
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
}

const comesAfter = (after: EventQuery["after"]): SQL =>
  after === null ? sql`true` : sql`(occurred_at, id) < (${after.occurredAt}, ${after.id})`;

const data = z
  .string()
  .transform((json, context): unknown => {
    try {
      return JSON.parse(json);
    } catch {
      context.addIssue({ code: "custom", message: "is no JSON" });
      return z.NEVER;
    }
  })
  .pipe(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])));

const reader = rowReader(
  "event_row_unreadable",
  z
    .object({
      id: z.string(),
      type: z.enum(EVENT_TYPES),
      occurred_at: time,
      seq: z.int().nullable(),
      actor_kind: z.enum(ACTOR_KINDS),
      actor_id: z.string(),
      subject_kind: z.enum(SUBJECT_KINDS),
      subject_id: z.string(),
      ip: z.string().nullable(),
      user_agent: z.string().nullable(),
      request_id: z.string().nullable(),
      outcome: z.enum(OUTCOMES),
      reason: z.string().nullable(),
      data,
    })
    .transform(
      (row): Event => ({
        id: row.id,
        type: row.type,
        occurredAt: row.occurred_at,
        seq: row.seq,
        actor: { kind: row.actor_kind, id: row.actor_id },
        subject: { kind: row.subject_kind, id: row.subject_id } as Subject, // as `rowOf` wrote it
        context: { ip: row.ip, userAgent: row.user_agent, requestId: row.request_id },
        outcome: row.outcome,
        reason: row.reason,
        data: row.data,
      }),
    ),
);
