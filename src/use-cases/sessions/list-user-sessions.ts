import type { Actor } from "../../domain/access/actor.ts";
import type { UserId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Credentials } from "../credentials/ports.ts";
import { type ListedSession, listed } from "./listed-session.ts";
import type { Sessions } from "./ports.ts";

export type UserSessionsDeps = {
  readonly users: Pick<Credentials, "findById">;
  readonly sessions: Sessions;
};

/** The living sessions of an account. An id without a row never reaches a user's object. */
export async function listUserSessions(
  deps: UserSessionsDeps,
  actor: Actor,
  userId: UserId,
): Promise<Result<readonly ListedSession[], "not_found">> {
  if ((await deps.users.findById(userId)) === null) return err("not_found");
  return ok(listed(await deps.sessions.listSessions(userId), actor));
}
