import type { Email } from "../../domain/accounts/email.ts";
import type { MailSender } from "../../use-cases/accounts/mail.ts";
import { type Clock, Unavailable } from "../../use-cases/outside.ts";
import type { Log } from "../logging.ts";
import { mimeMessage } from "./mime.ts";
import { renderMail } from "./render.ts";

/**
 * What is wrong with a message or its recipient, by Cloudflare's codes. The others, a sender's
 * domain that is not set up among them, are for an operator to mend, and then the message goes.
 */
const REFUSALS: ReadonlySet<string> = new Set([
  "E_VALIDATION_ERROR",
  "E_FIELD_MISSING",
  "E_TOO_MANY_RECIPIENTS",
  "E_RECIPIENT_NOT_ALLOWED",
  "E_RECIPIENT_SUPPRESSED",
  "E_CONTENT_TOO_LARGE",
  "E_HEADER_NOT_ALLOWED",
  "E_HEADER_USE_API_FIELD",
  "E_HEADER_VALUE_INVALID",
  "E_HEADER_VALUE_TOO_LONG",
  "E_HEADER_NAME_INVALID",
  "E_HEADERS_TOO_LARGE",
  "E_HEADERS_TOO_MANY",
]);

/** `EmailMessage` of cloudflare:email, which only the runtime has. */
type MessageClass = new (from: string, to: string, raw: string) => EmailMessage;

export type BindingDeps = {
  readonly binding: Pick<SendEmail, "send">;
  readonly Message: MessageClass;
  readonly from: Email;
  /** What recipients know the service by. */
  readonly app: string;
  readonly clock: Clock;
  readonly log: Log;
};

/**
 * Mail through Cloudflare's `send_email` binding. It knows no idempotency key: a message whose
 * answer was lost goes out twice.
 */
export function sendEmailBinding(deps: BindingDeps): MailSender {
  const { binding, Message, from, app, clock, log } = deps;
  return {
    async send(mail) {
      const { to, purpose, idempotencyKey } = mail;
      const envelope = { from, to, date: clock(), idempotencyKey };
      const raw = await mimeMessage(envelope, renderMail(mail, app));
      try {
        await binding.send(new Message(from, to, raw));
        return "sent";
      } catch (error) {
        const reason = codeOf(error);
        if (!REFUSALS.has(reason)) {
          log.warn({ event: "mail_failed", purpose, reason });
          throw new Unavailable("mail", error);
        }
        log.error({ event: "mail_refused", purpose, reason });
        return "refused";
      }
    },
  };
}

/** A code, or what kind of error it was; never its message, which may name the recipient. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = "code" in error ? String(error.code) : "";
  return /^E_[A-Z_]{1,64}$/.test(code) ? code : error.name;
}
