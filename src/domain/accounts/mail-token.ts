import type { UserId } from "../ids.ts";
import type { Email } from "./email.ts";

/** What whoever reads a message may do by the token in its link. */
export type MailTokenPurpose = "verify" | "reset" | "invite" | "change_email";

const HOUR = 60 * 60 * 1_000;
const DAY = 24 * HOUR;

/** Milliseconds for which a token works, from the request or the event that it answers. */
export const MAIL_TOKEN_LIFETIME: Readonly<Record<MailTokenPurpose, number>> = {
  verify: DAY,
  reset: HOUR,
  invite: 7 * DAY,
  change_email: DAY,
};

/** How long an account waits for somebody to verify its address, in milliseconds. */
export const UNVERIFIED_LIFETIME = 7 * DAY;

/**
 * What a mail token says. It is spent by the change that it allows: the account's version moves on,
 * and with any other change, too.
 */
export type MailToken = {
  readonly purpose: MailTokenPurpose;
  readonly userId: UserId;
  /** Of the account, when the token was made. */
  readonly accountVersion: number;
  /** Unix milliseconds. */
  readonly expiresAt: number;
  /** The address that the account is to have, for `change_email` alone. */
  readonly newEmail: Email | null;
};
