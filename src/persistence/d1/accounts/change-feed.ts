import { and, asc, desc, gt, lt, sql } from "drizzle-orm";
import { parseUserId } from "../../../domain/ids.ts";
import type { ChangeFeed, NotedChange } from "../../../use-cases/accounts/ports.ts";
import { atomically, type Database, onD1 } from "../database.ts";
import { changeFeed } from "../schema.ts";

/** The table that triggers write (migrations/0005_change_feed.sql). */
export function d1ChangeFeed(db: Database): ChangeFeed {
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

    async forget(seqs) {
      await atomically(db, [sql`delete from change_feed where ${these(seqs)}`]);
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

function noted({ seq, userId }: { readonly seq: number; readonly userId: string }): NotedChange {
  const id = parseUserId(userId);
  return { seq, userId: id.ok ? id.value : null };
}
