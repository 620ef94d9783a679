import type { Mail, MailSender } from "../../../src/use-cases/accounts/mail.ts";

/** One message that the provider took, each time that it did. */
export type Delivered = { readonly mail: Mail; readonly at: number };

/** A provider that takes everything, and the inboxes behind it. */
export class Mailbox implements MailSender {
  readonly delivered: Delivered[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async send(mail: Mail): Promise<"sent"> {
    this.delivered.push({ mail, at: this.#now() });
    return "sent";
  }
}
