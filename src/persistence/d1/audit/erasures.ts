import { sql } from "drizzle-orm";
import * as z from "zod";
import { parseUserId } from "../../../domain/ids.ts";
import type { Erasures } from "../../../use-cases/events/ports.ts";
import { isOneOf } from "../conditions.ts";
import { atomically, type Database } from "../database.ts";
import { rowReader, spelt } from "../rows.ts";
import { IS_CONTEXT_OF_ACTOR, IS_CONTEXT_OF_SUBJECT } from "./schema.ts";

/** Written by the audit trail, in the transaction that stores a deletion. */
export const d1Erasures = (db: Pick<Database, "$client">): Erasures => ({
  async erase(ids, limit) {
    const ofSubject = sql`${isOneOf(sql`subject_id`, ids)} and ${IS_CONTEXT_OF_SUBJECT}`;
    const ofActor = sql`${isOneOf(sql`actor_id`, ids)} and ${IS_CONTEXT_OF_ACTOR}`;
    const [cleared] = await atomically(db, [
      sql`update events set ip = null, user_agent = null, request_id = null where rowid in (
        select * from (select rowid from events where ${ofSubject} limit ${limit})
        union all select * from (select rowid from events where ${ofActor} limit ${limit})
        limit ${limit})`,
      sql`update erased set done = 1 where ${isOneOf(sql`id`, ids)} and done = 0
        and not exists (select 1 from events
          where subject_id = erased.id and ${IS_CONTEXT_OF_SUBJECT})
        and not exists (select 1 from events
          where actor_id = erased.id and ${IS_CONTEXT_OF_ACTOR})`,
    ]);
    return cleared?.meta.changes ?? 0;
  },

  async unfinished(limit) {
    const [found] = await atomically(db, [
      sql`select id, rowid as row_number from erased where done = 0
        order by deleted_at limit ${limit}`,
    ]);
    return reader.read(found?.results);
  },

  async forget(before, limit) {
    await atomically(db, [
      sql`delete from erased where id in (
        select id from erased where done = 1 and deleted_at < ${before}
        order by deleted_at limit ${limit})`,
    ]);
  },
});

const reader = rowReader(
  "erased_row_unreadable",
  z.object({ id: spelt(parseUserId) }).transform(({ id }) => id),
);
