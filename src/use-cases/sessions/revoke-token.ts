import { grants } from "../../domain/access/permission.ts";
import type { ServiceAccount } from "../../domain/clients/service-account.ts";
import { parseSessionId, parseUserId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { type UserCaller, type VerifyDeps, verifyToken } from "../tokens/verify-token.ts";
import type { SessionsSelection } from "./ports.ts";
import type { RefreshDeps, RefreshToken } from "./refresh-token.ts";

/** `local` ends this session, `others` all but this one, `global` every one. */
export type LogoutScope = "local" | "others" | "global";

type LogoutDeps = Pick<RefreshDeps, "sessions" | "refreshTokens">;

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
  await deps.sessions.endSessions(session.userId, selection(session.sessionId, scope));
}
/** The public client that people sign in with, or a service account that authenticated. */
export type OAuthClient = "public" | ServiceAccount;

export type RevocationDeps = RefreshDeps & VerifyDeps;

/**
 * Revokes any token of a session by ending the session (RFC 7009, section 2.1): its refresh token
 * is dead at once, its access tokens wherever the session is asked for. A token that is unknown or
 * dead is no error (section 2.2), whoever asks. One that lives was issued to somebody; others need
 * `sessions:revoke`. A service account's own token has no session to end (section 2.2.1).
 */
export async function revokeToken(
  deps: RevocationDeps,
  client: OAuthClient,
  text: string,
): Promise<Result<null, "unauthorized_client" | "unsupported_token_type">> {
  const token = await presentedToken(deps, text);
  if (token === null) return ok(null);
  const own = client === "public" ? deps.clientId : client.id;
  const refused = token.clientId !== own && !mayRevokeAny(client);
  if (token.session !== null && !refused) {
    await end(deps, token.session, "local");
    return ok(null);
  }
  if (!(await token.isLive())) return ok(null);
  return err(refused ? "unauthorized_client" : "unsupported_token_type");
}

type PresentedToken = {
  /** Whom it was issued to. */
  readonly clientId: string;
  /** None of a service account. */
  readonly session: Pick<UserCaller, "userId" | "sessionId"> | null;
  readonly isLive: () => Promise<boolean>;
};

/** Null for what was not made here or has expired. */
async function presentedToken(deps: RevocationDeps, text: string): Promise<PresentedToken | null> {
  const token = deps.refreshTokens.parse(text);
  if (token !== null) {
    return { clientId: deps.clientId, session: token, isLive: () => isLive(deps, token) };
  }
  const claims = await deps.verifier.verify(text);
  if (claims === null) return null;
  const [user, session] = [parseUserId(claims.sub), parseSessionId(claims.sid)];
  return {
    clientId: claims.client_id,
    session: user.ok && session.ok ? { userId: user.value, sessionId: session.value } : null,
    isLive: async () => (await verifyToken(deps, text, { maxStaleness: 0 })).ok,
  };
}

/** What a program may do was read when it authenticated. */
const mayRevokeAny = (client: OAuthClient): boolean =>
  client !== "public" && grants(client.permissions, "sessions:revoke");

async function isLive(deps: LogoutDeps, token: RefreshToken): Promise<boolean> {
  return deps.sessions.holdsToken(token.userId, token.sessionId, deps.refreshTokens.hash(token));
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
