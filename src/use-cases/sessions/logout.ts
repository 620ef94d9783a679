import { type Actor, isPerson } from "../../domain/access/actor.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { type EndDeps, endSessions, isLive, type LogoutScope } from "./end-sessions.ts";
import type { RefreshToken } from "./ports.ts";

/**
 * Signs out by access token, by refresh token, or by both of one session. Two tokens of two
 * sessions are refused: one of them would be left alive.
 *
 * @param actor the person whose access token was good, or anyone
 * @param text a refresh token; one that was not made here is dead already
 * @throws Unavailable when the user's object does not answer: nothing is then claimed
 */
export async function logout(
  deps: EndDeps,
  actor: Actor,
  text: string | null,
  scope: LogoutScope,
): Promise<Result<null, "invalid_token" | "invalid_refresh_token" | "sessions_differ">> {
  const token = text === null ? null : deps.refreshTokens.parse(text);
  if (!isPerson(actor)) {
    if (token !== null) return logoutByRefreshToken(deps, actor, token, scope);
    return err(text === null ? "invalid_token" : "invalid_refresh_token");
  }
  if (token !== null && token.sessionId !== actor.sessionId) return err("sessions_differ");
  await endSessions(deps, actor, actor, scope);
  return ok(null);
}

/**
 * Any token of a session may end that session, as in RFC 7009 and as its reuse would. Ending others
 * needs one that could be refreshed now.
 */
async function logoutByRefreshToken(
  deps: EndDeps,
  actor: Actor,
  token: RefreshToken,
  scope: LogoutScope,
): Promise<Result<null, "invalid_refresh_token">> {
  if (scope !== "local" && !(await isLive(deps, token))) return err("invalid_refresh_token");
  await endSessions(deps, actor, token, scope);
  return ok(null);
}
