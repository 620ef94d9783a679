import { describe, expect, it } from "vitest";
import type { Authority } from "../../../src/domain/accounts/authority.ts";
import { openedByPassword } from "../../../src/domain/sessions/opened-with.ts";
import { newSession } from "../../../src/domain/sessions/refresh-session.ts";
import {
  listSessions,
  refreshSession,
  removeEnded,
} from "../../../src/use-cases/sessions/judge-session.ts";
import type { SessionStore, StoredSession } from "../../../src/use-cases/sessions/ports.ts";
import { ACCOUNT_POLICY, CLIENT, SECOND, someSessionId } from "../../support/samples.ts";

const POLICY = ACCOUNT_POLICY.refresh;
const DEVICE = { ip: "192.0.2.1", userAgent: "a phone" };
const AUTHORITY: Authority = { status: "active", roles: [], version: 1, passwordSetAt: 0 };

const openedAt = (now: number): StoredSession => ({
  ...newSession(someSessionId(), { hash: "first", secretVersion: 1 }, now, POLICY),
  ...openedByPassword(CLIENT, now),
  device: DEVICE,
});

/** A storage, and what an object that was superseded meanwhile still remembers of it. */
function storeOf(stored: readonly StoredSession[], remembered = stored) {
  const held = new Map(stored.map((session) => [session.id, session]));
  const memory = new Map(remembered.map((session) => [session.id, session]));
  const store: SessionStore = {
    remembered: (id) => memory.get(id) ?? null,
    find: (id) => held.get(id) ?? null,
    all: () => [...held.values()],
    add: (session) => void held.set(session.id, session),
    prove: () => undefined, // nobody does here
    update: (session) => held.has(session.id) && held.set(session.id, session).size > 0,
    remove: (id) => Number(held.delete(id)),
    removeAllExcept: () => 0,
    nextEnd: () => null,
  };
  return { store, left: () => [...held.keys()] };
}

const presenting = (session: StoredSession, hash: string) => ({
  sessionId: session.id,
  clientId: CLIENT,
  presented: hash,
  successor: { hash: "next", secretVersion: 1 },
  knownRoles: null,
  device: DEVICE,
  requestId: null,
});

describe("CFW-13 a session that only memory still holds", () => {
  const rotated: StoredSession = {
    ...openedAt(0),
    current: { hash: "second", secretVersion: 1 },
    rotation: {
      previous: "first",
      at: 0,
      replayWindow: POLICY.replayWindow,
      by: DEVICE,
      isReplayNoted: false,
    },
  };
  const elsewhere = { ip: "198.51.100.7", userAgent: "a script" };

  it.each([
    ["its current token", "second", DEVICE],
    ["the one before it", "first", DEVICE],
    ["the one before it, from elsewhere", "first", elsewhere],
  ])("answers nothing to %s", (_, hash, device) => {
    const command = { ...presenting(rotated, hash), device };
    const { store } = storeOf([], [rotated]);
    expect(refreshSession(store, AUTHORITY, command, SECOND, POLICY)).toEqual({ kind: "refused" });
    const { store: living } = storeOf([rotated]);
    const { kind } = refreshSession(living, AUTHORITY, command, SECOND, POLICY);
    expect(["rotated", "replayed"]).toContain(kind);
  });
});

describe("the sessions of a user", () => {
  it("are listed the last used first, and only while they live", () => {
    const [oldest, middle, newest] = [openedAt(0), openedAt(2 * SECOND), openedAt(3 * SECOND)];
    const { store } = storeOf([middle, newest, oldest]);
    const listed = (now: number) => listSessions(store, now).map(({ id }) => id);
    expect(listed(4 * SECOND)).toEqual([newest.id, middle.id, oldest.id]);
    expect(listed(oldest.expiresAt)).toEqual([newest.id, middle.id]);
  });

  it("go when they have ended, and no sooner", () => {
    const [older, newer] = [openedAt(0), openedAt(SECOND)];
    const { store, left } = storeOf([older, newer]);
    expect(removeEnded(store, older.expiresAt - 1)).toHaveLength(2);
    expect(left()).toEqual([older.id, newer.id]);
    expect(removeEnded(store, older.expiresAt)).toEqual([newer]);
    expect(left()).toEqual([newer.id]);
  });
});
