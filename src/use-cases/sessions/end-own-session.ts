import type { Person } from "../../domain/access/actor.ts";
import { causeOf } from "../../domain/events/event.ts";
import type { SessionId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Sessions } from "./ports.ts";

/** Ends one of one's own sessions. Somebody else's counts as unknown. */
export async function endOwnSession(
  deps: { readonly sessions: Sessions },
  actor: Person,
  sessionId: SessionId,
): Promise<Result<null, "not_found">> {
  const ended = await deps.sessions.endSessions(actor.userId, { only: sessionId }, causeOf(actor));
  return ended > 0 ? ok(null) : err("not_found");
}
