import type { Person } from "../../domain/access/actor.ts";
import type { RefreshDeps, RefreshToken } from "./refresh-token.ts";

export type LogoutDeps = Pick<RefreshDeps, "sessions" | "refreshTokens">;

export async function isLive(deps: LogoutDeps, token: RefreshToken): Promise<boolean> {
  return deps.sessions.holdsToken(token.userId, token.sessionId, deps.refreshTokens.hash(token));
}

export type Session = Pick<Person, "userId" | "sessionId">;
