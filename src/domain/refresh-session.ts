import type { SessionId } from "./ids.ts";
import { elapsed } from "./time.ts";

/**
 * One sign-in on one device: a chain of refresh tokens of which only the newest and the one
 * before it are known, by hash. Times are Unix milliseconds.
 */
export type RefreshSession = {
  readonly id: SessionId;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly current: TokenHash;
  readonly previous: string | null;
  readonly rotatedAt: number | null;
};

/** SHA-256 of a refresh secret, and the version of the root secret it was derived under. */
export type TokenHash = { readonly hash: string; readonly secretVersion: number };

/** Durations in milliseconds. */
export type RefreshPolicy = {
  readonly idleTtl: number;
  readonly absoluteTtl: number;
  readonly replayWindow: number;
};

export type RefreshDecision =
  | { readonly kind: "rotate"; readonly session: RefreshSession }
  | { readonly kind: "replay"; readonly session: RefreshSession }
  | { readonly kind: "reuse" }
  | { readonly kind: "expired" }
  | { readonly kind: "unknown" };

/**
 * Refresh token rotation with reuse detection (RFC 9700, section 4.14.2). The presented hash
 * belongs to a token whose MAC was good, so a hash that is neither the current nor the previous
 * one is an older generation: somebody holds a copy.
 */
export function decideRefresh(
  session: RefreshSession | null,
  presented: string,
  successor: TokenHash,
  now: number,
  policy: RefreshPolicy,
): RefreshDecision {
  if (session === null) return { kind: "unknown" };
  if (isExpired(session, now, policy)) return { kind: "expired" };
  if (presented === session.current.hash) {
    return { kind: "rotate", session: rotate(session, successor, now) };
  }
  // While the previous token is still the previous one, its successor has not been used.
  const replayable =
    presented === session.previous &&
    session.rotatedAt !== null &&
    elapsed(session.rotatedAt, now) < policy.replayWindow;
  // The session is handed back as it was: a replay extends nothing.
  return replayable ? { kind: "replay", session } : { kind: "reuse" };
}

function rotate(session: RefreshSession, successor: TokenHash, now: number): RefreshSession {
  return {
    ...session,
    current: successor,
    previous: session.current.hash,
    rotatedAt: now,
    lastUsedAt: Math.max(now, session.lastUsedAt),
  };
}

/** When the session ends if it is not used again: the sooner of its idle and absolute limits. */
export function expiresAt(
  session: Pick<RefreshSession, "createdAt" | "lastUsedAt">,
  policy: RefreshPolicy,
): number {
  return Math.min(session.createdAt + policy.absoluteTtl, session.lastUsedAt + policy.idleTtl);
}

export function isExpired(
  session: Pick<RefreshSession, "createdAt" | "lastUsedAt">,
  now: number,
  policy: RefreshPolicy,
): boolean {
  return now >= expiresAt(session, policy);
}

/** The sessions that must go before one more is opened: the least recently used. */
export function evictions(
  sessions: readonly Pick<RefreshSession, "id" | "lastUsedAt">[],
  limit: number,
): SessionId[] {
  const surplus = sessions.length + 1 - limit;
  if (surplus <= 0) return [];
  return [...sessions]
    .sort((a, b) => a.lastUsedAt - b.lastUsedAt)
    .slice(0, surplus)
    .map((session) => session.id);
}
