import { asc, gt, sql } from "drizzle-orm";
import { parseUserId } from "../../../domain/ids.ts";
import type { ChangeFeed } from "../../../use-cases/accounts/ports.ts";
import { atomically, type Database, onD1 } from "../database.ts";
import { changeFeed } from "../schema.ts";

/** The table that triggers write (migrations/0005_change_feed.sql). */
export function d1ChangeFeed(db: Database): ChangeFeed {
  const these = (seqs: readonly number[]) =>
    sql`seq in (select value from json_each(${JSON.stringify(seqs)}))`;

  return {
    async take(after, limit) {
      const entries = await onD1(() =>
        db
          .select()
          .from(changeFeed)
          .where(gt(changeFeed.seq, after))
          .orderBy(asc(changeFeed.seq))
          .limit(limit),
      );
      return entries.map(({ seq, userId }) => {
        const id = parseUserId(userId);
        return { seq, userId: id.ok ? id.value : null };
      });
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
