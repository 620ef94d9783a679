import { type SQL, sql } from "drizzle-orm";
import * as z from "zod";
import type { MailCap, Mails } from "../../../use-cases/accounts/mail.ts";
import { atomically, type Database } from "../database.ts";

const found = z.array(z.object({ sent: z.number() }));

export const d1Mails = (db: Pick<Database, "$client">): Mails => ({
  async claim({ id, userId, inbox, purpose, until }, now, caps) {
    const isWithin = [
      sql`true`,
      ...caps
        .filter((cap) => cap.purpose === undefined || cap.purpose === purpose)
        .map(
          (cap) => sql`${countOf(sql`user_id = ${userId}`, cap, now)} < ${cap.limit}
          and ${countOf(sql`inbox = ${inbox}`, cap, now)} < ${cap.limit}`,
        ),
    ];
    const [again, first, after] = await atomically(db, [
      sql`update mails set claimed_until = ${until}
        where id = ${id} and not sent and claimed_until <= ${now}`,
      sql`insert into mails (id, user_id, inbox, purpose, at, claimed_until)
        select ${id}, ${userId}, ${inbox}, ${purpose}, ${now}, ${until}
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

  async drop(id) {
    await atomically(db, [sql`update mails set sent = 1, inbox = '' where id = ${id}`]);
  },

  async removeBefore(before, limit) {
    const [removed] = await atomically(db, [
      sql`delete from mails where id in (
        select id from mails where at < ${before} order by at limit ${limit})`,
    ]);
    return removed?.meta.changes ?? 0;
  },
});

/** @param whose a condition on the row */
const countOf = (whose: SQL, { period, purpose }: MailCap, now: number): SQL => {
  const ofPurpose = purpose === undefined ? sql`true` : sql`purpose = ${purpose}`;
  return sql`(select count(*) from mails
    where ${whose} and at > ${now - period} and ${ofPurpose})`;
};
