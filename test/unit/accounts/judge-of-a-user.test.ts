import { describe, expect, it } from "vitest";
import { type AccountChange, judgeChange } from "../../../src/domain/accounts/account-change.ts";
import { proved } from "../../../src/domain/assurance.ts";
import { whatOf } from "../../../src/use-cases/accounts/judge/tell-events.ts";
import type { ChangeCommand } from "../../../src/use-cases/accounts/ports.ts";
import {
  CAUSE,
  CLIENT,
  emailOf,
  someId,
  someSession,
  someSessionId,
} from "../../support/samples.ts";
import { watchedObject } from "../../support/watched-object.ts";

const ENABLE: AccountChange = { kind: "set_status", status: "active" };
const DISABLE: AccountChange = { kind: "set_status", status: "disabled" };
const DELETE: AccountChange = { kind: "delete" };
const SET_PASSWORD: AccountChange = { kind: "set_password", passwordHash: "second" };

/** A user's object, and one session of theirs. */
async function object() {
  const watched = await watchedObject();
  const { judge, to, record, user, known } = watched;
  const seen = async () => {
    const row = await record.read(user.id);
    if (row === null) throw new Error("there is no such user");
    return row.authority;
  };
  const open = async (session = someSession()) =>
    judge.openSession(to, { ...session, seen: await seen(), second: null, cause: CAUSE });
  const change = (wanted: AccountChange, given: Partial<ChangeCommand> = {}) =>
    judge.change(to, {
      changeId: someId(),
      change: wanted,
      ifVersion: null,
      cause: CAUSE,
      ...given,
    });
  /** What D1 was asked meanwhile, and whether the alarm was set. */
  const during = async (work: () => unknown) => {
    const before = known.timesD1Asked;
    known.wakeAt = null;
    await work();
    return { asked: known.timesD1Asked - before, isWoken: known.wakeAt !== null };
  };
  const first = someSession();
  expect((await open(first)).kind).toBe("opened");
  return { ...watched, open, change, during, sessionId: first.sessionId };
}

describe("D1 is asked", () => {
  it("nothing by a sign-in that read the row that the object knows", async () => {
    const { open, during } = await object();
    expect((await during(() => open())).asked).toBe(0);
  });

  it("once by a change that was decided on the version that the object knows", async () => {
    const { change, during } = await object();
    expect((await during(() => change(DISABLE, { ifVersion: 1 }))).asked).toBe(1);
    expect((await during(() => change(ENABLE))).asked).toBe(1);
  });

  it("nothing of a user who was deleted, however old what is known of that", async () => {
    const { judge, to, change, during, sessionId, time } = await object();
    await change(DELETE);
    time.now += to.policy.authorityMaxAge;
    expect(await during(() => judge.check(to, sessionId))).toMatchObject({ asked: 0 });
    expect(await judge.check(to, sessionId)).toBeNull();
  });

  it("nothing by the notice of a change to whom no session was opened, and nothing is kept", async () => {
    const { judge, to, known } = await watchedObject();
    expect(await judge.catchUp(to)).toBe("unknown");
    expect(known).toMatchObject({ timesD1Asked: 0, copy: null });
  });

  it("but nothing is kept under an id that nobody has", async () => {
    const { judge, to, db, user, known } = await watchedObject();
    db.users.clear();
    const seen = { status: "active", roles: [], version: 1, passwordSetAt: 0 } as const;
    const answer = await judge.openSession(to, {
      ...someSession(),
      seen,
      second: null,
      cause: CAUSE,
    });
    expect(answer).toEqual({ kind: "refused" });
    expect(known.copy).toBeNull();
    expect(await judge.listSessions(to)).toEqual([]);
    expect(await judge.endSessions(to, "all", CAUSE)).toBe(0);
    expect(user.id).toBe(to.userId);
  });
});

describe("a change", () => {
  it("whose row is another each time is given up as a conflict, after three rounds", async () => {
    const { judge, to, change, record, db, user, known } = await object();
    const bump = () => {
      const row = db.users.get(user.id);
      if (row === undefined) return;
      const version = row.user.version + 1;
      db.users.set(user.id, { ...row, user: { ...row.user, version } });
    };
    known.beforeD1 = bump;
    const before = known.timesD1Asked;
    expect(await change(DISABLE)).toEqual({ kind: "conflict" });
    expect(known.timesD1Asked - before).toBe(3);
    known.beforeD1 = () => undefined;
    expect((await record.read(user.id))?.authority.status).toBe("active");
    expect(await judge.listSessions(to)).toHaveLength(1);
  });

  it("asked for again gives what it opened, and opens none once other hands changed the row", async () => {
    const { judge, to, change, db, user } = await object();
    const again = () => change(SET_PASSWORD, { changeId: "once", ifVersion: 1, open: session });
    const session = someSession();
    expect(await again()).toMatchObject({ kind: "done", opened: {} });
    expect(await again()).toMatchObject({ kind: "done", opened: {} });
    expect(await judge.listSessions(to)).toHaveLength(1);
    const row = db.users.get(user.id);
    if (row === undefined) throw new Error("the row is gone");
    db.users.set(user.id, { ...row, user: { ...row.user, version: 3 } });
    await judge.catchUp(to);
    expect(await again()).toMatchObject({ kind: "done", opened: {} });
    expect(await judge.listSessions(to)).toHaveLength(1);
    await judge.endSessions(to, "all", CAUSE);
    expect(await again()).toEqual({ kind: "conflict" });
    const closed = () => change(SET_PASSWORD, { changeId: "once", ifVersion: 1 });
    expect((await closed()).kind).toBe("done");
  });

  it("that lets its user in again forgives failed proofs; one that shuts them out does not", async () => {
    const { judge, to, change, store } = await object();
    judge.reserveProof(to, "session");
    await change(DISABLE);
    expect([...store.proofs.entries()]).toHaveLength(1);
    await change(ENABLE);
    expect([...store.proofs.entries()]).toEqual([]);
  });

  it("of whoever stays leaves no time to be forgotten at", async () => {
    const { change, known } = await object();
    await change(DISABLE);
    expect(known.copy?.forgetAt).toBeNull();
    await change(DELETE);
    expect(known.copy?.forgetAt).not.toBeNull();
  });

  it("of an address tells the one before, where it is known", () => {
    const set: AccountChange = { kind: "set_email", email: emailOf("new@example.com") };
    const old = emailOf("old@example.com");
    expect(whatOf(set, null)).toEqual({ type: "user.email.changed" });
    expect(whatOf(set, old)).toMatchObject({ mail: { purpose: "email_changed", to: old } });
    expect(judgeChange(set, "a", 1, null)).toBe("not_found");
  });
});

describe("a session", () => {
  it("of a disabled user is refused, whatever roles can be looked up", async () => {
    const { judge, to, change, sessionId } = await object();
    await change(DISABLE);
    const command = {
      sessionId,
      clientId: CLIENT,
      presented: "token 0",
      successor: { hash: "token 1", secretVersion: 1 },
      knownRoles: [],
      device: { ip: null, userAgent: null },
      requestId: null,
    };
    expect(await judge.refresh(to, command)).toEqual({ kind: "refused" });
  });

  it("opened by the password clears what failed inside the sessions, one by a mailed code does not", async () => {
    const { judge, to, open, store, time } = await object();
    judge.reserveProof(to, "session");
    const byCode = { ...someSession(), ...proved("otp", time.now) };
    await open(byCode);
    expect([...store.proofs.entries()]).toHaveLength(1);
    await open();
    expect([...store.proofs.entries()]).toEqual([]);
  });

  it("that makes none end says nothing of any", async () => {
    const { open, events } = await object();
    await open();
    expect(Object.keys(events.at(-1)?.data ?? {})).toEqual([
      "session_id",
      "amr",
      "acr",
      "client_id",
    ]);
  });
});

describe("the alarm is set for what is told", () => {
  it("where sessions end, and not where none does", async () => {
    const { judge, to, open, during, sessionId } = await object();
    await open();
    const end = (only = sessionId) => judge.endSessions(to, { only }, CAUSE);
    expect((await during(() => end(someSessionId()))).isWoken).toBe(false);
    expect((await during(() => end())).isWoken).toBe(true);
  });

  it("where a token was used twice", async () => {
    const { judge, to, open, during, sessionId } = await object();
    await open();
    const reused = {
      sessionId,
      clientId: CLIENT,
      presented: "token of long ago",
      successor: { hash: "token 1", secretVersion: 1 },
      knownRoles: null,
      device: { ip: null, userAgent: null },
      requestId: null,
    };
    const refresh = async () => expect(await judge.refresh(to, reused)).toEqual({ kind: "reused" });
    expect((await during(refresh)).isWoken).toBe(true);
  });

  it("where a proof failed, and not where a try was refused", async () => {
    const { judge, to, during } = await object();
    const fail = (failures: number) => () =>
      judge.failProof(to, { failures, userId: to.userId, cause: CAUSE }, "session");
    expect((await during(fail(1))).isWoken).toBe(true);
    expect((await during(fail(2))).isWoken).toBe(false);
    let attempt = judge.reserveProof(to, "session");
    while (attempt.kind === "allowed") attempt = judge.reserveProof(to, "session");
    expect((await during(() => judge.reserveProof(to, "session"))).isWoken).toBe(false);
  });
});

describe("what a user's object holds of them", () => {
  it("is handed out without hashes, and the export is told in the same step", async () => {
    const { judge, to, user, during, events, sessionId } = await object();
    judge.reserveProof(to, "session");
    const before = [...events];
    let held = null as Awaited<ReturnType<typeof judge.exportHeld>>;
    const work = async () => {
      held = await judge.exportHeld(to, CAUSE);
    };
    expect((await during(work)).isWoken).toBe(true);
    expect(held).toMatchObject({
      sessions: [{ id: sessionId, rotated: null }],
      verifiedEmail: null,
      failedProofs: [{ by: "session", state: { failures: 1 } }],
      events: before,
    });
    expect(JSON.stringify(held)).not.toContain("token 0");
    expect(events.at(-1)).toMatchObject({ type: "user.exported", subject: { id: user.id } });
  });

  it("is nothing before they signed in, and nothing at all once they are deleted", async () => {
    const fresh = await watchedObject();
    expect(await fresh.judge.exportHeld(fresh.to, CAUSE)).toMatchObject({ sessions: [] });
    const { judge, to, change, events } = await object();
    await change(DELETE);
    const told = events.length;
    expect(await judge.exportHeld(to, CAUSE)).toBeNull();
    expect(events).toHaveLength(told);
  });

  it("is less by the events that were stored", async () => {
    const { judge, to } = await object();
    expect((await judge.exportHeld(to, CAUSE))?.events).toHaveLength(1);
    judge.confirmEvents([1]);
    const held = await judge.exportHeld(to, CAUSE);
    expect(held?.events.map(({ type }) => type)).toEqual(["user.exported"]);
  });
});

it("an object that knows a user and told nothing of them stays", async () => {
  const { judge, to, record, db, user, known } = await watchedObject();
  const row = db.users.get(user.id);
  if (row === undefined) throw new Error("the row is gone");
  db.users.set(user.id, { ...row, user: { ...row.user, status: "disabled" } });
  const seen = (await record.read(user.id))?.authority;
  if (seen === undefined) throw new Error("the row is gone");
  const answer = await judge.openSession(to, {
    ...someSession(),
    seen,
    second: null,
    cause: CAUSE,
  });
  expect(answer).toEqual({ kind: "refused" });
  await judge.alarm();
  expect(known.isErased).toBe(false);
});
