import type { MailTokenPurpose } from "../../domain/accounts/mail-token.ts";
import type { User } from "../../domain/accounts/user.ts";
import { type ComposeDeps, mailWithToken } from "./compose-mail.ts";
import { mailTokenFor } from "./mail-tokens.ts";
import { type SendOnceDeps, sendOnce } from "./send-once.ts";

export type SendLinkDeps = SendOnceDeps & ComposeDeps;

/**
 * Mails an account a link to its own address, unless it would have expired on the way.
 *
 * @property id of what asked for it
 * @property since when that was (Unix milliseconds)
 */
export async function sendLink(
  deps: SendLinkDeps,
  user: User,
  purpose: Exclude<MailTokenPurpose, "change_email">,
  { id, since }: { readonly id: string; readonly since: number },
): Promise<void> {
  const token = mailTokenFor(user, purpose, since);
  if (token.expiresAt <= deps.clock()) return;
  await sendOnce(deps, user, id, mailWithToken(deps, user.email, token));
}
