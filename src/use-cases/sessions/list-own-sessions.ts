import type { Person } from "../../domain/access/actor.ts";
import { type Ok, ok } from "../../domain/result.ts";
import { type ListedSession, listed } from "./listed-session.ts";
import type { Sessions } from "./ports.ts";

/** One's own living sessions, the one that asks among them. */
export async function listOwnSessions(
  deps: { readonly sessions: Sessions },
  actor: Person,
): Promise<Ok<readonly ListedSession[]>> {
  return ok(listed(await deps.sessions.listSessions(actor.userId), actor));
}
