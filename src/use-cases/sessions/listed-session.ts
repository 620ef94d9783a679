import { type Actor, isPerson } from "../../domain/access/actor.ts";
import type { SessionInfo } from "./ports.ts";

/** @property isCurrent true for the session that asks */
export type ListedSession = SessionInfo & { readonly isCurrent: boolean };

export const listed = (sessions: readonly SessionInfo[], actor: Actor): ListedSession[] =>
  sessions.map((session) => ({
    ...session,
    isCurrent: isPerson(actor) && session.id === actor.sessionId,
  }));
