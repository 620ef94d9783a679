import { and, asc, desc, gt, lt, type SQL, sql } from "drizzle-orm";
import { BY_HAND, eventOf } from "../../../domain/events/event.ts";
import { onlyEventId } from "../../../domain/events/event-id.ts";
import { parseUserId, type UserId } from "../../../domain/ids.ts";
import type { ChangeFeed, NotedChange } from "../../../use-cases/accounts/ports.ts";
import { messageOf } from "../../../use-cases/events/message-of.ts";
import type { Clock } from "../../../use-cases/outside.ts";
import { atomically, type Database, onD1 } from "../database.ts";
import { changeFeed } from "../schema.ts";

/** The table that triggers write (migrations/0005_change_feed.sql). */
export function d1ChangeFeed(db: Database, clock: Clock): ChangeFeed {
  const these = (seqs: readonly number[]) =>
    sql`seq in (select value from json_each(${JSON.stringify(seqs)}))`;

  return {
    async newest(limit) {
      const entries = await onD1(() =>
        db.select().from(changeFeed).orderBy(desc(changeFeed.seq)).limit(limit),
      );
      return entries.map(noted);
    },

    async take(after, limit, before = Number.MAX_SAFE_INTEGER) {
      const entries = await onD1(() =>
        db
          .select()
          .from(changeFeed)
          .where(and(gt(changeFeed.seq, after), lt(changeFeed.seq, before)))
          .orderBy(asc(changeFeed.seq))
          .limit(limit),
      );
      return entries.map(noted);
    },

    async clearMarks() {
      const [found] = await atomically(db, [
        sql`select user_id from own_changes`,
        sql`insert into change_feed (user_id) select user_id from own_changes`,
        sql`delete from own_changes`,
      ]);
      return found?.results.length ?? 0;
    },

    async forget(seqs, untold = []) {
      const forgotten = sql`delete from change_feed where ${these(seqs)}`;
      const told = untold.length === 0 ? [] : [tellOfGone(untold, clock())];
      await atomically(db, [...told, forgotten]);
    },

    async postpone(seqs) {
      await atomically(db, [
        sql`insert into change_feed (user_id)
          select distinct user_id from change_feed where ${these(seqs)}`,
        sql`delete from change_feed where ${these(seqs)}`,
      ]);
    },
  };
}

/** The deletions by hand among these, for the audit trail. */
function tellOfGone(ids: readonly UserId[], now: number): SQL {
  const messages = ids.map((id) => {
    const eventId = onlyEventId("user.deleted", id);
    const event = eventOf(eventId, now, BY_HAND, { kind: "user", id }, DELETED);
    return messageOf({ ...event, seq: null }, { kind: "record" });
  });
  return sql`insert into outbox (id, message, due_at)
    select value ->> '$.event.id', value, ${now} from json_each(${JSON.stringify(messages)})
    where not exists (select 1 from users where users.id = value ->> '$.event.subject.id')
    on conflict do nothing`;
}

const DELETED = { type: "user.deleted" } as const;

function noted({ seq, userId }: { readonly seq: number; readonly userId: string }): NotedChange {
  const id = parseUserId(userId);
  return { seq, userId: id.ok ? id.value : null };
}
