import type { Actor } from "../../domain/access/actor.ts";
import type { EventMail, What } from "../../domain/events/event.ts";
import type { NewUser } from "./ports.ts";

/** The event of an account that is made, and the mail that its owner gets. */
export function whatOfCreation(user: NewUser, by: Actor): What {
  const isInvited = user.passwordHash === null && by.kind !== "anyone";
  const purpose: EventMail["purpose"] = isInvited ? "invitation" : "verify_email";
  const type = by.kind === "anyone" ? "user.registered" : "user.created";
  return {
    type: isInvited ? "user.invited" : type,
    data: { roles: user.roles },
    ...(user.emailVerified ? {} : { mail: { purpose, to: null } }),
  };
}
