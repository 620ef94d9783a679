/*
 * What the design says of one user's sessions, with every token counted: `token n` follows
 * `token n-1`. Nothing here is the service's own code.
 */

/** Durations in seconds. */
export const IDLE = 100;
export const ABSOLUTE = 250;
export const WINDOW = 30;
export const MOST_SESSIONS = 3;

/** Times are seconds from the beginning of the history. */
export type ModelSession = {
  /** The number of the current token. */
  readonly newest: number;
  readonly rotatedAt: number;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
};

export type ModelSessions = Readonly<Record<string, ModelSession>>;

const limitOf = (createdAt: number, lastUsedAt: number) =>
  Math.min(createdAt + ABSOLUTE, lastUsedAt + IDLE);

export const isAlive = (session: ModelSession | undefined, now: number): session is ModelSession =>
  session !== undefined && now < session.expiresAt;

export const withoutSession = (sessions: ModelSessions, id: string): ModelSessions =>
  Object.fromEntries(Object.entries(sessions).filter(([name]) => name !== id));

export const alive = (sessions: ModelSessions, now: number): ModelSessions =>
  Object.fromEntries(Object.entries(sessions).filter(([, session]) => isAlive(session, now)));

/**
 * What a presented token is to its session.
 *
 * @returns with it the sessions after it was presented
 */
export function presentToken(
  sessions: ModelSessions,
  id: string,
  token: number,
  now: number,
): { readonly kind: "rotated" | "replayed" | "reused" | "refused"; readonly after: ModelSessions } {
  const session = sessions[id];
  if (!isAlive(session, now)) return { kind: "refused", after: sessions };
  if (token === session.newest) {
    const used = Math.max(session.lastUsedAt, now);
    const rotated = {
      ...session,
      newest: token + 1,
      rotatedAt: now,
      lastUsedAt: used,
      expiresAt: Math.max(session.expiresAt, limitOf(session.createdAt, used)),
    };
    return { kind: "rotated", after: { ...sessions, [id]: rotated } };
  }
  const isImmediate = token === session.newest - 1 && now - session.rotatedAt < WINDOW;
  if (isImmediate) return { kind: "replayed", after: sessions };
  return { kind: "reused", after: withoutSession(sessions, id) };
}

/** @returns all that may be there after one more was opened: which of several equal ones goes is open */
export function openOne(sessions: ModelSessions, id: string, now: number): ModelSessions[] {
  if (sessions[id] !== undefined) return [sessions];
  const opened: ModelSession = {
    newest: 0,
    rotatedAt: 0,
    createdAt: now,
    lastUsedAt: now,
    expiresAt: limitOf(now, now),
  };
  const there = alive(sessions, now);
  const remaining = Object.keys(there).length < MOST_SESSIONS ? [there] : withoutOldest(there);
  return remaining.map((left) => ({ ...left, [id]: opened }));
}

function withoutOldest(sessions: ModelSessions): ModelSessions[] {
  const oldest = Math.min(...Object.values(sessions).map((one) => one.lastUsedAt));
  return Object.entries(sessions)
    .filter(([, one]) => one.lastUsedAt === oldest)
    .map(([id]) => withoutSession(sessions, id));
}
