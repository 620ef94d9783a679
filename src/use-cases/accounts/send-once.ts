import { SYSTEM } from "../../domain/access/actor.ts";
import type { Email } from "../../domain/accounts/email.ts";
import type { User } from "../../domain/accounts/user.ts";
import type { Notify } from "../events/ports.ts";
import { type Clock, Unavailable } from "../outside.ts";
import type { Mail, MailCap, MailPurpose, MailSender, Mails } from "./mail.ts";

const HOUR = 60 * 60 * 1_000;

/** How long a message is remembered, in milliseconds: no longer than any cap counts. */
export const MAIL_MEMORY = 24 * HOUR;

/** Milliseconds that one delivery has a message for itself: longer than a provider may be silent. */
const CLAIM_TIME = 30_000;

/** Told of what the owner did, or somebody in their name: nobody's asking may hold these back. */
const NOTICES: ReadonlySet<MailPurpose> = new Set([
  "email_changed",
  "password_changed",
  "factor_added",
  "factor_removed",
  "recovery_code_used",
]);

/** For one account, and for one inbox: whoever floods either gets no further. */
const MAIL_CAPS: readonly MailCap[] = [
  { period: HOUR, limit: 5 },
  { period: MAIL_MEMORY, limit: 20 },
  // It has no link: a stranger must not use up with it what a link could leave by.
  { period: MAIL_MEMORY, limit: 1, purpose: "already_registered" },
];

export type SendOnceDeps = {
  readonly mails: Mails;
  readonly mailSender: MailSender;
  readonly clock: Clock;
  readonly notify: Notify;
  /** Names an address in a way that tells a reader of D1 nothing. */
  readonly inboxKey: (address: Email) => string;
};

/**
 * Sends a message to an account, unless it left before or the account has had too many.
 *
 * @param id the same each time the message comes
 * @param isWanted asked once the message counts, whatever the answer: what counts must tell nobody
 * @throws Unavailable when it should be tried again: it may have left all the same
 */
export async function sendOnce(
  { mails, mailSender, clock, notify, inboxKey }: SendOnceDeps,
  { id: userId }: Pick<User, "id">,
  id: string,
  mail: Omit<Mail, "idempotencyKey">,
  isWanted: () => Promise<boolean> = async () => true,
): Promise<void> {
  const now = clock();
  const until = now + CLAIM_TIME;
  const { purpose } = mail;
  const caps = NOTICES.has(purpose) ? [] : MAIL_CAPS;
  const claimed = await mails.claim(
    { id, userId, inbox: inboxKey(mail.to), purpose, until },
    now,
    caps,
  );
  if (claimed === "busy") throw new Unavailable("mail claim");
  if (claimed === "withheld") notify({ event: "mail_withheld", actor: SYSTEM, userId });
  if (claimed !== "claimed") return;
  if (!(await isWanted())) return mails.drop(id);
  // A message that the provider never takes is dealt with, too.
  await mailSender.send({ ...mail, idempotencyKey: id }).catch(async (error) => {
    // Where this fails, too, the claim ends by itself.
    await mails.release(id, until).catch(() => undefined);
    throw error;
  });
  await mails.markSent(id);
}
