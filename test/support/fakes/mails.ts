import type { Mail, MailSender, Mails } from "../../../src/use-cases/accounts/mail.ts";

/** The messages of the last day, in memory. */
export function memoryMails(): Mails {
  type Row = Pick<Parameters<Mails["claim"]>[0], "userId" | "purpose"> & {
    readonly at: number;
    inbox: string;
    isSent: boolean;
    until: number;
  };
  const rows = new Map<string, Row>();
  return {
    async claim({ id, userId, inbox, purpose, until }, now, caps) {
      const isWithin = caps.every((cap) => {
        if (cap.purpose !== undefined && cap.purpose !== purpose) return true;
        const recent = [...rows.values()].filter(
          (row) => row.at > now - cap.period && (cap.purpose ?? row.purpose) === row.purpose,
        );
        const [byUser, byInbox] = [
          recent.filter((row) => row.userId === userId),
          recent.filter((row) => row.inbox === inbox),
        ];
        return byUser.length < cap.limit && byInbox.length < cap.limit;
      });
      const begun = { userId, inbox, purpose, at: now, isSent: false, until: 0 };
      if (!rows.has(id) && isWithin) rows.set(id, begun);
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
    async drop(id) {
      const row = rows.get(id);
      if (row !== undefined) Object.assign(row, { isSent: true, inbox: "" });
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
