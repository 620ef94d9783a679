import type { Actor } from "../access/actor.ts";
import type { SessionId } from "../ids.ts";
import { elapsed } from "../time.ts";

/**
 * One sign-in on one device: a chain of refresh tokens of which only the newest and the one
 * before it are known, by hash. Times are Unix milliseconds.
 */
export type RefreshSession = {
  readonly id: SessionId;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  /** When it ends unless it is used again, as its owner was told: no later limit shortens it. */
  readonly expiresAt: number;
  readonly current: TokenHash;
  readonly rotation: Rotation | null;
  /** When a token just spent was presented by what looks like another device. */
  readonly replayedElsewhereAt: number | null;
};

/** SHA-256 of a refresh secret, and the version of the root secret it was derived under. */
export type TokenHash = { readonly hash: string; readonly secretVersion: number };

/** Where a request came from, as far as it tells. */
export type Device = { readonly ip: string | null; readonly userAgent: string | null };

export const deviceOf = ({ from }: Actor): Device => ({
  ip: from?.ip ?? null,
  userAgent: from?.userAgent ?? null,
});

/** How the current token came to be. */
export type Rotation = {
  /** The hash of the token that was spent. */
  readonly previous: string;
  readonly at: number;
  /** Milliseconds for which the spent token gives the same successor. */
  readonly replayWindow: number;
  readonly by: Device;
  /** True once a replay from elsewhere was recorded: one a rotation is enough to know. */
  readonly isReplayNoted: boolean;
};

/** Durations in milliseconds. */
export type RefreshPolicy = {
  readonly idleTtl: number;
  readonly absoluteTtl: number;
  readonly replayWindow: number;
};

export type RefreshDecision<S extends RefreshSession> =
  | { readonly kind: "rotate"; readonly session: S }
  /** @property isNoteworthy when the session was changed, to record where the replay came from */
  | { readonly kind: "replay"; readonly session: S; readonly isNoteworthy: boolean }
  | { readonly kind: "reuse" }
  | { readonly kind: "expired" }
  | { readonly kind: "unknown" };

export type Presented = { readonly hash: string; readonly device: Device };

/** A session as it begins. */
export function newSession(
  id: SessionId,
  current: TokenHash,
  now: number,
  policy: RefreshPolicy,
): RefreshSession {
  return {
    id,
    createdAt: now,
    lastUsedAt: now,
    expiresAt: limitOf(now, now, policy),
    current,
    rotation: null,
    replayedElsewhereAt: null,
  };
}

/**
 * What a token is to its session now. Its MAC was good, so a hash that is neither the current nor
 * the previous one is an older generation: somebody holds a copy.
 */
type Standing<S> =
  | { readonly kind: "current"; readonly session: S }
  | { readonly kind: "previous"; readonly session: S; readonly rotation: Rotation }
  | { readonly kind: "reuse" | "expired" | "unknown" };

function standingOf<S extends RefreshSession>(
  session: S | null,
  hash: string,
  now: number,
): Standing<S> {
  if (session === null) return { kind: "unknown" };
  if (isExpired(session, now)) return { kind: "expired" };
  if (hash === session.current.hash) return { kind: "current", session };
  const { rotation } = session;
  // While the previous token is still the previous one, its successor has not been used.
  const isReplay = rotation?.previous === hash && elapsed(rotation.at, now) < rotation.replayWindow;
  return isReplay ? { kind: "previous", session, rotation } : { kind: "reuse" };
}

/** Whether a token could be refreshed now. */
export function isRefreshable(session: RefreshSession | null, hash: string, now: number): boolean {
  const { kind } = standingOf(session, hash, now);
  return kind === "current" || kind === "previous";
}

/** Refresh token rotation with reuse detection (RFC 9700, section 4.14.2). */
export function decideRefresh<S extends RefreshSession>(
  session: S | null,
  { hash, device }: Presented,
  successor: TokenHash,
  now: number,
  policy: RefreshPolicy,
): RefreshDecision<S> {
  const standing = standingOf(session, hash, now);
  switch (standing.kind) {
    case "current":
      return { kind: "rotate", session: rotate(standing.session, successor, device, now, policy) };
    case "previous":
      return replay(standing.session, standing.rotation, device, now);
    default:
      return { kind: standing.kind };
  }
}

function rotate<S extends RefreshSession>(
  session: S,
  successor: TokenHash,
  by: Device,
  now: number,
  policy: RefreshPolicy,
): S {
  const lastUsedAt = Math.max(now, session.lastUsedAt);
  return {
    ...session,
    lastUsedAt,
    expiresAt: Math.max(session.expiresAt, limitOf(session.createdAt, lastUsedAt, policy)),
    current: successor,
    rotation: {
      previous: session.current.hash,
      at: now,
      replayWindow: policy.replayWindow,
      by,
      isReplayNoted: false,
    },
  };
}

/** Extends nothing, whoever replays; a phone changes networks, so it is not refused either. */
function replay<S extends RefreshSession>(
  session: S,
  rotation: Rotation,
  device: Device,
  now: number,
): RefreshDecision<S> {
  const isNoteworthy = !rotation.isReplayNoted && isElsewhere(rotation.by, device);
  if (!isNoteworthy) return { kind: "replay", session, isNoteworthy };
  const noted = { ...rotation, isReplayNoted: true };
  return {
    kind: "replay",
    session: { ...session, rotation: noted, replayedElsewhereAt: now },
    isNoteworthy,
  };
}

/** Another address and another agent: one alone changes on an honest device, too. */
function isElsewhere(here: Device, there: Device): boolean {
  const isKnown = ({ ip, userAgent }: Device) => ip !== null || userAgent !== null;
  if (!isKnown(here) || !isKnown(there)) return false;
  return here.ip !== there.ip && here.userAgent !== there.userAgent;
}

/** The sooner of the idle and the absolute limit. */
const limitOf = (createdAt: number, lastUsedAt: number, policy: RefreshPolicy): number =>
  Math.min(createdAt + policy.absoluteTtl, lastUsedAt + policy.idleTtl);

export const isExpired = (session: Pick<RefreshSession, "expiresAt">, now: number): boolean =>
  now >= session.expiresAt;

/** The sessions that must go before one more is opened: the least recently used. */
export function evictions(
  sessions: readonly Pick<RefreshSession, "id" | "lastUsedAt">[],
  limit: number,
): SessionId[] {
  const surplus = Math.max(0, sessions.length + 1 - limit);
  return [...sessions]
    .sort((a, b) => a.lastUsedAt - b.lastUsedAt)
    .slice(0, surplus)
    .map((session) => session.id);
}
