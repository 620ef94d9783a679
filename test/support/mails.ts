import PostalMime, { type Email as ParsedMail } from "postal-mime";
import type { Log, LogEvent } from "../../src/core/logging.ts";
import type { Mail, MailPurpose } from "../../src/use-cases/accounts/mail.ts";
import { emailOf, someEmail, someId } from "./samples.ts";

export const PURPOSES = [
  "verify_email",
  "reset_password",
  "confirm_new_email",
  "invitation",
  "already_registered",
  "email_changed",
  "password_changed",
  "sign_in_code",
] as const satisfies MailPurpose[];

export const FROM = emailOf("no-reply@example.com");
export const APP = "app.example.com";
export const LINK = "https://app.example.com/reset-password#token=v1.QUJD_-&x='y'";

/** A message with all that any template may ask for. */
export const someMail = (given: Partial<Mail> = {}): Mail => ({
  purpose: "reset_password",
  to: someEmail(),
  link: LINK,
  code: "31415926",
  expiresAt: Date.UTC(2026, 10, 28, 21, 44),
  idempotencyKey: `mail-${someId()}`,
  ...given,
});

export const parseMail = (raw: string): Promise<ParsedMail> => PostalMime.parse(raw);

/** A log whose lines can be read. */
export function readableLog(): { readonly log: Log; readonly events: LogEvent[] } {
  const events: LogEvent[] = [];
  const add = (event: LogEvent) => void events.push(event);
  return { events, log: { info: add, warn: add, error: add } };
}
