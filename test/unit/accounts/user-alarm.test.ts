import { describe, expect, it } from "vitest";
import type { AccountChange } from "../../../src/domain/accounts/account-change.ts";
import { forgottenAt } from "../../../src/domain/credentials/throttle.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { ACCOUNT_POLICY, CAUSE, SECOND, someId, someSession } from "../../support/samples.ts";
import { watchedObject } from "../../support/watched-object.ts";

const { idleTtl, absoluteTtl } = ACCOUNT_POLICY.refresh;
const DELETE: AccountChange = { kind: "delete" };
const DISABLE: AccountChange = { kind: "set_status", status: "disabled" };
/** How long a change that broke off is left alone. */
const PATIENCE = 30 * SECOND;

async function object() {
  const watched = await watchedObject();
  const { judge, to, record, user } = watched;
  const open = async () => {
    const row = await record.read(user.id);
    if (row === null) throw new Error("there is no such user");
    const answer = await judge.openSession(to, {
      ...someSession(),
      seen: row.authority,
      second: null,
      cause: CAUSE,
    });
    expect(answer.kind).toBe("opened");
  };
  const change = (wanted: AccountChange) =>
    judge.change(to, { changeId: someId(), change: wanted, ifVersion: null, cause: CAUSE });
  return { ...watched, open, change };
}

describe("a user's object wakes", () => {
  it("for whatever it keeps that ends first", async () => {
    const { judge, to, open, known, time } = await object();
    await open();
    expect(known.wakeAt).toBe(time.now + idleTtl);
    time.now += SECOND;
    await open();
    expect(known.wakeAt).toBe(time.now - SECOND + idleTtl);
    const attempt = judge.reserveProof(to, "session");
    if (attempt.kind !== "allowed") throw new Error(`the try was ${attempt.kind}`);
    expect(known.wakeAt).toBe(forgottenAt(attempt.reserved));
    known.eventsDueAt = time.now + SECOND;
    judge.confirmEvents([1]);
    expect(known.wakeAt).toBe(time.now + SECOND);
  });

  it("and forgets sessions and failed proofs that are over, nothing sooner", async () => {
    const { judge, to, open, store, sessions, known, time } = await object();
    await open();
    judge.reserveProof(to, "session");
    time.now = known.wakeAt ?? 0;
    const quiet = time.now;
    time.now = quiet - 1;
    await judge.alarm();
    expect([...store.proofs.entries()]).toHaveLength(1);
    time.now = quiet;
    await judge.alarm();
    expect([...store.proofs.entries()]).toEqual([]);
    expect(sessions.size).toBe(1);
    time.now = known.wakeAt ?? 0;
    await judge.alarm();
    expect(sessions.size).toBe(0);
    expect(known.isErased).toBe(false);
  });

  it("and sends events again that are due, and those alone", async () => {
    const { judge, open, known, time } = await object();
    await open();
    await judge.alarm();
    known.eventsDueAt = time.now + 1;
    await judge.alarm();
    expect(known.timesSentAgain).toBe(0);
    known.eventsDueAt = time.now;
    await judge.alarm();
    expect(known.timesSentAgain).toBe(1);
  });
});

describe("a change that broke off", () => {
  /** A change whose outcome nobody knows. */
  async function broken() {
    const watched = await object();
    await watched.open();
    watched.known.d1 = "is away";
    await expect(watched.change(DISABLE)).rejects.toThrow(Unavailable);
    return watched;
  }

  it("is looked into after half a minute, whether or not anybody asks again", async () => {
    const { judge, known, time } = await broken();
    expect(known.wakeAt).toBe(time.now + PATIENCE);
    expect(known.intent).not.toBeNull();
    known.d1 = "answers";
    time.now += PATIENCE;
    await judge.alarm();
    expect(known.intent).toBeNull();
  });

  it("is looked into again while D1 is away, and what it kept stays", async () => {
    const { judge, known, time, sessions } = await broken();
    time.now += PATIENCE;
    await judge.alarm();
    expect(known).toMatchObject({ wakeAt: time.now + PATIENCE, isErased: false });
    expect(known.intent).not.toBeNull();
    expect(sessions.size).toBe(1);
  });

  it("CFW-17 by older code, which wrote down nobody to ask about, waits for the next call", async () => {
    const { judge, known, time } = await object();
    known.intent = { changeId: someId(), base: 1 };
    time.now += PATIENCE;
    await judge.alarm();
    expect(known).toMatchObject({ wakeAt: null, isErased: false });
    expect(known.intent).not.toBeNull();
  });
});

describe("the tombstone of a deleted user", () => {
  async function deleted() {
    const watched = await object();
    await watched.open();
    expect((await watched.change(DELETE)).kind).toBe("done");
    return watched;
  }

  it("stays until no token that names the user can be alive, and then nothing does", async () => {
    const { judge, known, time } = await deleted();
    const end = time.now + absoluteTtl;
    expect(known.wakeAt).toBe(end);
    time.now = end - 1;
    await judge.alarm();
    expect(known).toMatchObject({ wakeAt: end, isErased: false });
    time.now = end;
    await judge.alarm();
    expect(known.isErased).toBe(true);
  });

  it("stays while an event of the user is not stored", async () => {
    const { judge, known, time } = await deleted();
    known.eventsDueAt = time.now + 2 * absoluteTtl;
    time.now += absoluteTtl;
    await judge.alarm();
    expect(known.isErased).toBe(false);
    known.eventsDueAt = null;
    await judge.alarm();
    expect(known.isErased).toBe(true);
  });

  it("CFW-17 by older code, which did not say when it may go, goes as soon as it is looked at", async () => {
    const { judge, known } = await deleted();
    if (known.copy === null) throw new Error("the object knows nobody");
    known.copy = { ...known.copy, forgetAt: null };
    judge.confirmEvents([]);
    expect(known.wakeAt).toBe(known.copy.checkedAt);
    await judge.alarm();
    expect(known.isErased).toBe(true);
  });

  it("wakes at its own end, whatever proofs fail meanwhile", async () => {
    const { judge, to, known } = await deleted();
    const { wakeAt } = known;
    judge.reserveProof(to, "session");
    expect(known.wakeAt).toBe(wakeAt);
  });
});

describe("an object that never knew its user", () => {
  it("leaves nothing once the failed proofs it was asked to count are forgotten", async () => {
    const { judge, to, known, time } = await object();
    judge.reserveProof(to, "session");
    const end = known.wakeAt ?? 0;
    time.now = end - 1;
    await judge.alarm();
    expect(known).toMatchObject({ isErased: false, wakeAt: end });
    time.now = end;
    await judge.alarm();
    expect(known.isErased).toBe(true);
  });

  it("stays once it told of something: its numbers must not begin anew", async () => {
    const { judge, to, known, time } = await object();
    judge.failProof(to, { failures: 1, userId: to.userId, cause: CAUSE }, "session");
    time.now += absoluteTtl;
    await judge.alarm();
    expect(known.isErased).toBe(false);
  });
});
