import type { Person } from "../../domain/access/actor.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { isLive, type LogoutDeps, type Session } from "./live-token.ts";
import type { SessionsSelection } from "./ports.ts";
import type { RefreshToken } from "./refresh-token.ts";

/** `local` ends this session, `others` all but this one, `global` every one. */
export type LogoutScope = "local" | "others" | "global";

/**
 * Signs out by access token, by refresh token, or by both of one session. When it returns, what it
 * ended is ended. Two tokens of two sessions are refused: one of them would be left alive.
 *
 * @param caller whose access token was good, or null
 * @param text a refresh token; one that was not made here is dead already
 * @throws Unavailable when the user's object does not answer: nothing is then claimed
 */
export async function logout(
  deps: LogoutDeps,
  caller: Session | null,
  text: string | null,
  scope: LogoutScope,
): Promise<Result<null, "invalid_token" | "invalid_refresh_token" | "ambiguous">> {
  const token = text === null ? null : deps.refreshTokens.parse(text);
  if (caller === null) {
    if (token !== null) return logoutByRefreshToken(deps, token, scope);
    return err(text === null ? "invalid_token" : "invalid_refresh_token");
  }
  if (token !== null && token.sessionId !== caller.sessionId) return err("ambiguous");
  await end(deps, caller, scope);
  return ok(null);
}

/**
 * Any token of a session may end that session, as RFC 7009 has it and as its reuse would; to end
 * others it must be one that could be refreshed now.
 */
async function logoutByRefreshToken(
  deps: LogoutDeps,
  token: RefreshToken,
  scope: LogoutScope,
): Promise<Result<null, "invalid_refresh_token">> {
  if (scope !== "local" && !(await isLive(deps, token))) return err("invalid_refresh_token");
  await end(deps, token, scope);
  return ok(null);
}

export async function end(deps: LogoutDeps, session: Session, scope: LogoutScope): Promise<void> {
  await deps.sessions.endSessions(session.userId, selection(session.sessionId, scope));
}

function selection(sessionId: Person["sessionId"], scope: LogoutScope): SessionsSelection {
  switch (scope) {
    case "local":
      return { only: sessionId };
    case "others":
      return { allExcept: sessionId };
    case "global":
      return "all";
  }
}
