import type { Email } from "../../domain/accounts/email.ts";
import type { UserId } from "../../domain/ids.ts";

/** What a message is about; each has a template (docs/mail.md). */
export type MailPurpose =
  | "verify_email"
  | "reset_password"
  | "confirm_new_email"
  | "invitation"
  | "already_registered"
  | "email_changed"
  | "password_changed"
  | "factor_added"
  | "factor_removed"
  | "recovery_code_used"
  | "sign_in_code";

/**
 * A message to one person. It holds no text: what a stranger typed, a name say, must never reach
 * an inbox in our name.
 */
export type Mail = {
  readonly purpose: MailPurpose;
  readonly to: Email;
  /** Where the message leads, as it is to be opened. */
  readonly link: string | null;
  readonly code: string | null;
  /** When link or code stop working, in Unix milliseconds. */
  readonly expiresAt: number | null;
  /**
   * The same for each try of one message, at most 256 visible ASCII characters. The other fields
   * are the same then, too, unless the account changed: providers refuse a key that comes with
   * another text.
   */
  readonly idempotencyKey: string;
};

export interface MailSender {
  /**
   * @returns "sent" when the provider has taken it, "refused" when it never will
   * @throws Unavailable for all that should be tried again; it may have been sent all the same
   */
  send(mail: Mail): Promise<"sent" | "refused">;
}

/**
 * @property id of the event or the request that it belongs to: the same each time it comes
 * @property until when the claim ends (Unix milliseconds)
 */
type MailClaim = {
  readonly id: string;
  readonly userId: UserId;
  /** Names the address that it goes to. */
  readonly inbox: string;
  readonly purpose: MailPurpose;
  readonly until: number;
};

/**
 * So many messages to one account, and to one inbox, in a period of milliseconds.
 *
 * @property purpose absent where all count
 */
export type MailCap = {
  readonly period: number;
  readonly limit: number;
  readonly purpose?: MailPurpose;
};

/** Which messages left, or are about to, in the last day. */
export interface Mails {
  /**
   * Claims a message in the step that counts it. Of many who claim it at once, one has it.
   *
   * @returns "busy" while another has it, "sent" when it left before, "withheld" when the account or
   *   the inbox has had as many as it may have
   */
  claim(
    claim: MailClaim,
    now: number,
    caps: readonly MailCap[],
  ): Promise<"claimed" | "busy" | "sent" | "withheld">;
  /** Gives back the claim that ends then; one that somebody made since stays. */
  release(id: string, until: number): Promise<void>;
  markSent(id: string): Promise<void>;
  /** It does not leave after all: it counts for the account that asked, and for no inbox. */
  drop(id: string): Promise<void>;
  /**
   * Forgets those that were claimed before then, and the requests that came to nothing before then.
   *
   * @returns how many messages it was: `limit` if more are left
   */
  removeBefore(before: number, limit: number): Promise<number>;
}
