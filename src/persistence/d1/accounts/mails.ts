import { sql } from "drizzle-orm";
import * as z from "zod";
import type { Mails } from "../../../use-cases/accounts/mail.ts";
import { atomically, type Database } from "../database.ts";

const found = z.array(z.object({ sent: z.number() }));

export const d1Mails = (db: Pick<Database, "$client">): Mails => ({
  async claim({ id, userId, purpose }, now, caps) {
    const isWithin = [
      sql`true`,
      ...caps.map(
        ({ period, limit }) => sql`(select count(*) from mails
        where user_id = ${userId} and at > ${now - period}) < ${limit}`,
      ),
    ];
    const results = await atomically(db, [
      sql`insert into mails (id, user_id, purpose, at)
        select ${id}, ${userId}, ${purpose}, ${now} where ${sql.join(isWithin, sql` and `)}
        on conflict do nothing`,
      sql`select sent from mails where id = ${id}`,
    ]);
    const [row] = found.parse(results.at(-1)?.results);
    if (row === undefined) return "withheld";
    return row.sent === 1 ? "sent" : "claimed";
  },

  async markSent(id) {
    await atomically(db, [sql`update mails set sent = 1 where id = ${id}`]);
  },

  async removeBefore(before, limit) {
    const [removed] = await atomically(db, [
      sql`delete from mails where id in (
        select id from mails where at < ${before} order by at limit ${limit})`,
    ]);
    return removed?.meta.changes ?? 0;
  },
});
