import type { Authority } from "../../domain/accounts/authority.ts";
import type { SessionId } from "../../domain/ids.ts";
import type { OpenedWith } from "../../domain/sessions/opened-with.ts";
import {
  newSession as beginSession,
  decideRefresh,
  evictions,
  isExpired,
  isRefreshable,
  type RefreshPolicy,
} from "../../domain/sessions/refresh-session.ts";
import type { SessionGrant } from "../tokens/ports.ts";
import type {
  NewSession,
  RefreshAnswer,
  RefreshCommand,
  SessionInfo,
  SessionStore,
  SessionsSelection,
  StoredSession,
} from "./ports.ts";

/** @property maxSessions of one user at once */
type SessionPolicy = { readonly refresh: RefreshPolicy; readonly maxSessions: number };

/*
 * What is decided about one user's sessions: read, decide, write. None of it is asynchronous, so
 * no two requests can both see the state before.
 */

/**
 * A session as it is to be added, after those that have ended were removed.
 *
 * @returns with it those that make room for it: the least recently used
 */
export function newSession(
  store: SessionStore,
  { sessionId, token, device, ...rest }: NewSession,
  now: number,
  { refresh, maxSessions }: SessionPolicy,
): { readonly session: StoredSession; readonly evicted: readonly SessionId[] } {
  const evicted = evictions(removeEnded(store, now), maxSessions);
  const begun = beginSession(sessionId, token, now, refresh);
  return { session: { ...begun, device, ...openedWith(rest) }, evicted };
}

/**
 * @param authority of a user who may act now, or null
 * @returns "reused" for a session that the caller is to end before it answers
 */
export function refreshSession(
  store: SessionStore,
  authority: Authority | null,
  command: RefreshCommand,
  now: number,
  policy: RefreshPolicy,
): RefreshAnswer {
  if (authority === null) return { kind: "refused" };
  if (!canResolve(authority, command.knownRoles)) {
    return { kind: "roles_wanted", roles: authority.roles };
  }
  const { sessionId, clientId, presented: hash, device, successor } = command;
  const session = store.remembered(sessionId);
  // A token is bound to the client that it was issued to (RFC 6749, section 6).
  if (session !== null && session.clientId !== clientId) return { kind: "refused" };
  const decision = decideRefresh(session, { hash, device }, successor, now, policy);
  switch (decision.kind) {
    case "rotate":
      if (!store.update(decision.session)) return { kind: "refused" };
      return { kind: "rotated", ...answerOf(authority, decision.session), isNoteworthy: false };
    case "replay": {
      const { isNoteworthy } = decision;
      const isThere = isNoteworthy
        ? store.update(decision.session)
        : store.find(sessionId) !== null;
      if (!isThere) return { kind: "refused" };
      return { kind: "replayed", ...answerOf(authority, decision.session), isNoteworthy };
    }
    case "reuse":
      return { kind: "reused" };
    case "expired":
    case "unknown":
      return { kind: "refused" };
  }
}

/** The grant of a session that is alive, or null. */
export function checkSession(
  store: SessionStore,
  authority: Authority | null,
  id: SessionId,
  now: number,
): SessionGrant | null {
  const session = authority && store.find(id);
  return session && !isExpired(session, now) ? grantOf(authority, session) : null;
}

export function holdsToken(
  store: SessionStore,
  authority: Authority | null,
  id: SessionId,
  hash: string,
  now: number,
): boolean {
  return isRefreshable(authority && store.find(id), hash, now);
}

/** The living sessions, the last used first. */
export function listSessions(store: SessionStore, now: number): SessionInfo[] {
  return store
    .all()
    .filter((session) => !isExpired(session, now))
    .sort((a, b) => b.lastUsedAt - a.lastUsedAt)
    .map((session) => ({
      id: session.id,
      createdAt: session.createdAt,
      lastUsedAt: session.lastUsedAt,
      expiresAt: session.expiresAt,
      device: session.device,
      replayedElsewhereAt: session.replayedElsewhereAt,
    }));
}

/** @returns how many ended */
export function endSessions(store: SessionStore, which: SessionsSelection): number {
  if (which === "all") return store.removeAllExcept(null);
  return "only" in which ? store.remove(which.only) : store.removeAllExcept(which.allExcept);
}

/** @returns those that are left */
export function removeEnded(store: SessionStore, now: number): StoredSession[] {
  const sessions = store.all();
  for (const session of sessions) if (isExpired(session, now)) store.remove(session.id);
  return sessions.filter((session) => !isExpired(session, now));
}

export const grantOf = (authority: Authority, session: StoredSession): SessionGrant => ({
  authority,
  createdAt: session.createdAt,
  expiresAt: session.expiresAt,
  ...openedWith(session),
});

/** Picks these fields alone: what arrives from outside may hold more. */
const openedWith = ({ amr, acr, authTime, clientId, audience }: OpenedWith): OpenedWith => ({
  amr,
  acr,
  authTime,
  clientId,
  audience,
});

const answerOf = (authority: Authority, session: StoredSession) => ({
  grant: grantOf(authority, session),
  secretVersion: session.current.secretVersion,
});

/** False when a role cannot be turned into permissions: nothing is then consumed. */
function canResolve(authority: Authority, knownRoles: readonly string[] | null): boolean {
  return knownRoles === null || authority.roles.every((role) => knownRoles.includes(role));
}
