import { parseSessionId, parseUserId } from "../domain/ids.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { SessionsSelection, TokenVerifier } from "./ports.ts";
import type { RefreshDeps, RefreshToken } from "./refresh-token.ts";
import type { UserCaller } from "./verify-token.ts";

/** `local` ends this session, `others` all but this one, `global` every one. */
export type LogoutScope = "local" | "others" | "global";

type LogoutDeps = Pick<RefreshDeps, "accounts" | "refreshTokens">;

type Session = Pick<UserCaller, "userId" | "sessionId">;

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

async function end(deps: LogoutDeps, session: Session, scope: LogoutScope): Promise<void> {
  await deps.accounts.endSessions(session.userId, selection(session.sessionId, scope));
}

/**
 * Revokes any token of a session by ending the session (RFC 7009, section 2.1): its refresh token
 * is dead at once, its access tokens wherever the session is asked for. A token that is unknown or
 * dead is no error (section 2.2).
 *
 * @returns false for a service account's own token, which has no session to end (section 2.2.1)
 */
export async function revokeToken(
  deps: LogoutDeps & { readonly verifier: TokenVerifier },
  text: string,
): Promise<boolean> {
  const refreshToken = deps.refreshTokens.parse(text);
  if (refreshToken !== null) {
    await end(deps, refreshToken, "local");
    return true;
  }
  const claims = await deps.verifier.verify(text);
  if (claims === null) return true;
  const [user, session] = [parseUserId(claims.sub), parseSessionId(claims.sid)];
  if (!user.ok || !session.ok) return false;
  await end(deps, { userId: user.value, sessionId: session.value }, "local");
  return true;
}

async function isLive(deps: LogoutDeps, token: RefreshToken): Promise<boolean> {
  return deps.accounts.holdsToken(token.userId, token.sessionId, deps.refreshTokens.hash(token));
}

function selection(sessionId: UserCaller["sessionId"], scope: LogoutScope): SessionsSelection {
  switch (scope) {
    case "local":
      return { only: sessionId };
    case "others":
      return { allExcept: sessionId };
    case "global":
      return "all";
  }
}
