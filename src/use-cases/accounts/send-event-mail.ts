import type { Actor } from "../../domain/access/actor.ts";
import { type Ok, ok } from "../../domain/result.ts";
import { elapsed } from "../../domain/time.ts";
import type { Credential } from "../credentials/ports.ts";
import type { EventMessage } from "../events/ports.ts";
import { notice } from "./compose-mail.ts";
import type { Users } from "./ports.ts";
import { type SendLinkDeps, sendLink } from "./send-link.ts";
import { MAIL_MEMORY, sendOnce } from "./send-once.ts";

export type SendEventMailDeps = SendLinkDeps & { readonly users: Pick<Users, "findById"> };

/**
 * Sends the message that belongs to an event, if there is one and it still makes sense.
 *
 * @throws Unavailable when it should be tried again
 */
export async function sendEventMail(
  deps: SendEventMailDeps,
  _actor: Actor,
  { event, mail }: EventMessage,
): Promise<Ok<null>> {
  if (mail === undefined || event.subject.kind !== "user") return ok(null);
  const credential = await deps.users.findById(event.subject.id);
  if (credential === null) {
    // Whose address was taken over should hear of it, whatever became of the account since.
    if (mail.purpose === "email_changed" && mail.to !== null) {
      await sendOnce(deps, event.subject, event.id, notice(mail.purpose, mail.to));
    }
    return ok(null);
  }
  const { user } = credential;
  const asked = { id: event.id, since: event.occurredAt };
  switch (mail.purpose) {
    case "verify_email":
      if (!user.emailVerified) await sendLink(deps, user, "verify", asked);
      break;
    case "invitation":
      if (isWaiting(credential)) await sendLink(deps, user, "invite", asked);
      break;
    default:
      if (isForgotten(event.occurredAt, deps.clock())) return ok(null);
      await sendOnce(deps, user, event.id, notice(mail.purpose, mail.to ?? user.email));
  }
  return ok(null);
}

/**
 * So late a notice, which says no time, would be taken for news; and whether it left before, nobody
 * remembers.
 */
const isForgotten = (since: number, now: number): boolean => elapsed(since, now) >= MAIL_MEMORY;

/** Nobody chose a password for it yet. */
const isWaiting = ({ user, passwordHash }: Credential): boolean =>
  passwordHash === null && user.status === "active";
