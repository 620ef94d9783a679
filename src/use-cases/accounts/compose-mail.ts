import type { Email } from "../../domain/accounts/email.ts";
import type { MailToken, MailTokenPurpose } from "../../domain/accounts/mail-token.ts";
import type { EventMail } from "../../domain/events/event.ts";
import type { Mail, MailPurpose } from "./mail.ts";
import type { MailTokenCodec } from "./mail-tokens.ts";

export type ComposeDeps = {
  readonly mailTokens: MailTokenCodec;
  /** What every link begins with: from the configuration alone, whatever a request says of hosts. */
  readonly publicAppUrl: string;
};

type Composed = Omit<Mail, "idempotencyKey">;

/** By purpose: the page that a link leads to, and the message that it stands in. */
const PAGES: Readonly<Record<MailTokenPurpose, readonly [page: string, purpose: MailPurpose]>> = {
  verify: ["verify-email", "verify_email"],
  reset: ["reset-password", "reset_password"],
  invite: ["accept-invitation", "invitation"],
  change_email: ["confirm-email", "confirm_new_email"],
};

/** What tells an owner of a change to their account. */
export type NoticePurpose = Exclude<EventMail["purpose"], "verify_email" | "invitation">;

/** The token stands in the fragment, which reaches no server's log, and no scanner of links. */
export function mailWithToken(
  { mailTokens, publicAppUrl }: ComposeDeps,
  to: Email,
  token: MailToken,
): Composed {
  const [page, purpose] = PAGES[token.purpose];
  const link = `${publicAppUrl}/${page}#token=${mailTokens.format(token)}`;
  return { purpose, to, link, code: null, expiresAt: token.expiresAt };
}

export const notice = (purpose: "already_registered" | NoticePurpose, to: Email): Composed => ({
  purpose,
  to,
  link: null,
  code: null,
  expiresAt: null,
});
