import { sql } from "drizzle-orm";
import * as z from "zod";
import type { Mails } from "../../../use-cases/accounts/mail.ts";
import { atomically, type Database } from "../database.ts";

const found = z.array(z.object({ sent: z.number() }));

export const d1Mails = (db: Pick<Database, "$client">): Mails => ({
  async claim({ id, userId, purpose, until }, now, caps) {
    const isWithin = [
      sql`true`,
      ...caps.map(
        ({ period, limit }) => sql`(select count(*) from mails
        where user_id = ${userId} and at > ${now - period}) < ${limit}`,
      ),
    ];
    const [again, first, after] = await atomically(db, [
      sql`update mails set claimed_until = ${until}
        where id = ${id} and not sent and claimed_until <= ${now}`,
      sql`insert into mails (id, user_id, purpose, at, claimed_until)
        select ${id}, ${userId}, ${purpose}, ${now}, ${until}
        where ${sql.join(isWithin, sql` and `)}
        on conflict do nothing`,
      sql`select sent from mails where id = ${id}`,
    ]);
    if (again?.meta.changes || first?.meta.changes) return "claimed";
    const [row] = found.parse(after?.results);
    if (row === undefined) return "withheld";
    return row.sent === 1 ? "sent" : "busy";
  },

  async release(id, until) {
    await atomically(db, [
      sql`update mails set claimed_until = 0 where id = ${id} and claimed_until = ${until}`,
    ]);
  },

  async markSent(id) {
    await atomically(db, [sql`update mails set sent = 1 where id = ${id}`]);
  },

  async removeBefore(before, limit) {
    const [removed] = await atomically(db, [
      sql`delete from mails where id in (
        select id from mails where at < ${before} order by at limit ${limit})`,
      // What was asked for so long ago is of no use, and names who asked.
      sql`delete from dead_letters where id in (
        select id from dead_letters where message ->> '$.kind' = 'mail_request'
          and died_at < ${before} limit ${limit})`,
    ]);
    return removed?.meta.changes ?? 0;
  },
});
