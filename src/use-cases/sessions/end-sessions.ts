import type { Actor } from "../../domain/access/actor.ts";
import { causeOf } from "../../domain/events/event.ts";
import type { SessionId } from "../../domain/ids.ts";
import type { SessionOf } from "../../domain/tokens/access-token.ts";
import type { RefreshToken, RefreshTokenCodec, Sessions, SessionsSelection } from "./ports.ts";

/** `local` ends this session, `others` all but this one, `global` every one. */
export type LogoutScope = "local" | "others" | "global";

export type EndDeps = { readonly sessions: Sessions; readonly refreshTokens: RefreshTokenCodec };

/** The sessions have ended when it returns. */
export async function endSessions(
  deps: EndDeps,
  actor: Actor,
  { userId, sessionId }: SessionOf,
  scope: LogoutScope,
): Promise<void> {
  // Whoever showed a token of the session is its user, as far as anybody can tell.
  const by = actor.kind === "anyone" ? { ...actor, kind: "user" as const, id: userId } : actor;
  await deps.sessions.endSessions(userId, selection(sessionId, scope), causeOf(by));
}

/** True while a token could be refreshed. */
export async function isLive(deps: EndDeps, token: RefreshToken): Promise<boolean> {
  return deps.sessions.holdsToken(token.userId, token.sessionId, deps.refreshTokens.hash(token));
}

function selection(sessionId: SessionId, scope: LogoutScope): SessionsSelection {
  switch (scope) {
    case "local":
      return { only: sessionId };
    case "others":
      return { allExcept: sessionId };
    case "global":
      return "all";
  }
}
