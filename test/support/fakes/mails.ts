import type { Mail, MailSender, Mails } from "../../../src/use-cases/accounts/mail.ts";

/** The messages of the last day, in memory. */
export function memoryMails(): Mails {
  type Row = { readonly userId: string; readonly at: number; isSent: boolean; until: number };
  const rows = new Map<string, Row>();
  return {
    async claim({ id, userId, until }, now, caps) {
      const countSince = (since: number) =>
        [...rows.values()].filter((row) => row.userId === userId && row.at > since).length;
      const isWithin = caps.every(({ period, limit }) => countSince(now - period) < limit);
      if (!rows.has(id) && isWithin) rows.set(id, { userId, at: now, isSent: false, until: 0 });
      const row = rows.get(id);
      if (row === undefined) return "withheld";
      if (row.isSent || row.until > now) return row.isSent ? "sent" : "busy";
      row.until = until;
      return "claimed";
    },
    async release(id, until) {
      const row = rows.get(id);
      if (row?.until === until) row.until = 0;
    },
    async markSent(id) {
      const row = rows.get(id);
      if (row !== undefined) row.isSent = true;
    },
    async removeBefore(before, limit) {
      const old = [...rows].filter(([, { at }]) => at < before).slice(0, limit);
      for (const [id] of old) rows.delete(id);
      return old.length;
    },
  };
}

/** A provider that takes everything, also what came before. */
export function memoryMailbox(): { readonly sender: MailSender; readonly sent: Mail[] } {
  const sent: Mail[] = [];
  return {
    sent,
    sender: {
      async send(mail) {
        sent.push(mail);
        return "sent";
      },
    },
  };
}
