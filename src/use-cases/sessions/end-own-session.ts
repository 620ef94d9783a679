import type { Person } from "../../domain/access/actor.ts";
import { causeOf } from "../../domain/events/event.ts";
import type { SessionId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Sessions } from "./ports.ts";

/**
 * Ends one of one's own sessions. Somebody else's counts as unknown. How many ended does not tell:
 * the call is made again where its answer was lost, and finds nothing left.
 */
export async function endOwnSession(
  { sessions }: { readonly sessions: Sessions },
  actor: Person,
  sessionId: SessionId,
): Promise<Result<null, "not_found">> {
  if ((await sessions.check(actor.userId, sessionId)) === null) return err("not_found");
  await sessions.endSessions(actor.userId, { only: sessionId }, causeOf(actor));
  return ok(null);
}
