import type { Actor } from "../../domain/access/actor.ts";
import { causeOf } from "../../domain/events/event.ts";
import type { UserId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { UserSessionsDeps } from "./list-user-sessions.ts";

/** Ends every session of an account. An id without a row never reaches a user's object. */
export async function endUserSessions(
  deps: UserSessionsDeps,
  actor: Actor,
  userId: UserId,
): Promise<Result<null, "not_found">> {
  if ((await deps.users.findById(userId)) === null) return err("not_found");
  await deps.sessions.endSessions(userId, "all", causeOf(actor));
  return ok(null);
}
