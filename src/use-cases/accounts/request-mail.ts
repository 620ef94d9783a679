import { type Actor, NO_REQUEST } from "../../domain/access/actor.ts";
import type { Email } from "../../domain/accounts/email.ts";
import { type Ok, ok } from "../../domain/result.ts";
import type { Clock } from "../outside.ts";
import type { Asked, MailRequests } from "./mail-request.ts";

export type RequestMailDeps = {
  readonly mailRequests: MailRequests;
  readonly newMailId: () => string;
  readonly clock: Clock;
};

/** What stands in every request. */
export const requestBy = (
  { newMailId, clock }: RequestMailDeps,
  { from = NO_REQUEST }: Actor,
  email: Email,
): Asked => ({
  kind: "mail_request",
  id: newMailId(),
  requestedAt: clock(),
  email,
  from: { ip: from.ip, userAgent: from.userAgent, requestId: from.requestId },
});

/**
 * Asks for a message to an address. Nothing is looked up, so nothing can be learnt.
 *
 * @throws Unavailable when the queue does not answer
 */
export async function requestMail(
  deps: RequestMailDeps,
  actor: Actor,
  email: Email,
  purpose: "reset_password" | "verify_email",
): Promise<Ok<null>> {
  await deps.mailRequests.send({ ...requestBy(deps, actor, email), purpose });
  return ok(null);
}
