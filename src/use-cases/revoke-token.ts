import { parseSessionId, parseUserId } from "../domain/ids.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { Accounts, SessionsSelection, TokenVerifier } from "./ports.ts";
import type { RefreshDeps, RefreshToken } from "./refresh-token.ts";
import type { UserCaller } from "./verify-token.ts";

/** `local` ends this session, `others` all but this one, `global` every one. */
export type LogoutScope = "local" | "others" | "global";

/**
 * Signs out by access token. When it returns, what it ended is ended.
 *
 * @throws Unavailable when the user's object does not answer: nothing is then claimed
 */
export async function logout(
  deps: { readonly accounts: Accounts },
  caller: Pick<UserCaller, "userId" | "sessionId">,
  scope: LogoutScope,
): Promise<void> {
  await deps.accounts.endSessions(caller.userId, selection(caller.sessionId, scope));
}

/**
 * Signs out by refresh token. Any token of a session may end that session, as RFC 7009 has it
 * and as its reuse would; to end others it must be one that could be refreshed now.
 */
export async function logoutByRefreshToken(
  deps: Pick<RefreshDeps, "accounts" | "refreshTokens">,
  text: string,
  scope: LogoutScope,
): Promise<Result<null, "invalid_refresh_token">> {
  const token = deps.refreshTokens.parse(text);
  if (token === null) return err("invalid_refresh_token");
  if (scope !== "local" && !(await isLive(deps, token))) return err("invalid_refresh_token");
  await logout(deps, token, scope);
  return ok(null);
}

/**
 * Revokes any token of a session by ending the session (RFC 7009, section 2.1): its refresh token
 * is dead at once, its access tokens wherever the session is asked for. A token that is unknown or
 * dead is no error (section 2.2).
 *
 * @returns false for a service account's own token, which has no session to end (section 2.2.1)
 */
export async function revokeToken(
  deps: Pick<RefreshDeps, "accounts" | "refreshTokens"> & { readonly verifier: TokenVerifier },
  text: string,
): Promise<boolean> {
  const refreshToken = deps.refreshTokens.parse(text);
  if (refreshToken !== null) {
    await logout(deps, refreshToken, "local");
    return true;
  }
  const claims = await deps.verifier.verify(text);
  if (claims === null) return true;
  const [user, session] = [parseUserId(claims.sub), parseSessionId(claims.sid)];
  if (!user.ok || !session.ok) return false;
  await logout(deps, { userId: user.value, sessionId: session.value }, "local");
  return true;
}

async function isLive(
  deps: Pick<RefreshDeps, "accounts" | "refreshTokens">,
  token: RefreshToken,
): Promise<boolean> {
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
