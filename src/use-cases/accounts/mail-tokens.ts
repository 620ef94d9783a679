import {
  MAIL_TOKEN_LIFETIME,
  type MailToken,
  type MailTokenPurpose,
} from "../../domain/accounts/mail-token.ts";
import type { User } from "../../domain/accounts/user.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Clock } from "../outside.ts";

export interface MailTokenCodec {
  /** The same text for the same token, while the root secret is the same. */
  format(token: MailToken): string;
  /** Null for anything that was not made here under a known secret. */
  parse(text: string): MailToken | null;
}

export type MailTokenDeps = { readonly mailTokens: MailTokenCodec; readonly clock: Clock };

/** @returns the token, unless it was forged, has expired or is for something else: nobody is told which */
export function parseMailToken(
  { mailTokens, clock }: MailTokenDeps,
  text: string,
  purposes: readonly MailTokenPurpose[],
): Result<MailToken, "invalid_token"> {
  const token = mailTokens.parse(text);
  const isGood = token !== null && token.expiresAt > clock() && purposes.includes(token.purpose);
  return isGood ? ok(token) : err("invalid_token");
}

/** @param since when it was asked for, in Unix milliseconds */
export const mailTokenFor = (
  { id, version }: Pick<User, "id" | "version">,
  purpose: MailTokenPurpose,
  since: number,
): MailToken => ({
  purpose,
  userId: id,
  accountVersion: version,
  expiresAt: since + MAIL_TOKEN_LIFETIME[purpose],
  newEmail: null,
});
