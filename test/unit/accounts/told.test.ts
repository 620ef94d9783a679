import { describe, expect, it } from "vitest";
import { NO_REQUEST } from "../../../src/domain/access/actor.ts";
import type { AccountChange, RowAfter } from "../../../src/domain/accounts/account-change.ts";
import type { Authority } from "../../../src/domain/accounts/authority.ts";
import type { Cause } from "../../../src/domain/events/event.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { CAUSE, emailOf } from "../../support/samples.ts";
import {
  DISABLE,
  MAKE_ADMIN,
  notDone,
  replyLost,
  type Step,
  signedIn,
  UNMAKE_ADMIN,
} from "../../support/scripted-record.ts";

/* What the judge of a user tells, in memory. */

const ENABLE: AccountChange = { kind: "set_status", status: "active" };
const SET_PASSWORD: AccountChange = { kind: "set_password", passwordHash: "second" };
const RESET: AccountChange = { kind: "reset_password", passwordHash: "third" };
const DELETE: AccountChange = { kind: "delete" };
const BY_HAND = { actor: { kind: "operator", id: "database" }, context: NO_REQUEST };

/** Somebody with a session, and what was told since it was opened. */
async function somebody() {
  const calls = await signedIn();
  const { accounts, user } = calls;
  const before = accounts.events.length;
  const told = () => accounts.events.slice(before);
  const types = () => told().map(({ type }) => type);
  return { ...calls, id: user.id, told, types };
}

describe("the judge of a user tells each act once", () => {
  it("one event an act, in order and numbered without a gap, with whoever did it", async () => {
    const cause: Cause = {
      actor: { kind: "user", id: "usr_of_an_administrator" },
      context: { ip: "192.0.2.1", userAgent: "a browser", requestId: "req" },
    };
    const { accounts, change, id, told } = await somebody();
    for (const wanted of [MAKE_ADMIN, UNMAKE_ADMIN, SET_PASSWORD, DISABLE, ENABLE, DELETE]) {
      expect((await change(wanted, { cause })).kind).toBe("done");
    }
    expect(told().map(({ type, data }) => [type, data])).toEqual([
      ["user.role.assigned", { role: "admin" }],
      ["user.role.removed", { role: "admin" }],
      ["user.password.changed", { sessions_ended: 1 }],
      ["user.disabled", {}],
      ["user.enabled", {}],
      ["user.deleted", {}],
    ]);
    for (const event of told()) {
      expect(event).toMatchObject({ ...cause, subject: { kind: "user", id }, outcome: "success" });
    }
    expect(accounts.events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(new Set(accounts.events.map((event) => event.id)).size).toBe(7);
  });

  it("a session opened, ended alone, with others, or because there were too many", async () => {
    const { accounts, on, user, types, told } = await somebody();
    const [one, two] = [await on.session(user), await on.session(user)];
    await accounts.endSessions(user.id, { only: one }, CAUSE);
    await accounts.endSessions(user.id, { allExcept: two }, CAUSE);
    await accounts.endSessions(user.id, "all", CAUSE);
    expect(types().slice(2)).toEqual(["session.revoked", "session.revoked", "session.revoked"]);
    expect(told().map(({ data }) => data)).toMatchObject([
      { session_id: one },
      { session_id: two },
      { scope: "one", session_id: one, ended: 1 },
      { scope: "others", session_id: two, ended: 1 },
      { scope: "all", ended: 1 },
    ]);
    const many = [];
    for (let at = 0; at <= 100; at++) many.push(await on.session(user));
    expect(told().at(-1)?.data).toMatchObject({ session_id: many.at(-1), ended: [many[0]] });
  });

  it("a token used twice, and one replayed from elsewhere; a plain refresh and a check are none", async () => {
    const { refresh, check, types, on, user, told } = await somebody();
    const elsewhere = { ip: "203.0.113.9", userAgent: "another" };
    await refresh(0);
    await check();
    expect(types()).toEqual([]);
    const [session] = await on.accounts.listSessions(user.id);
    if (session === undefined) throw new Error("a session was expected");
    for (let i = 0; i < 2; i++) {
      await on.refresh(user.id, session.id, 0, { device: elsewhere, requestId: "req" });
    }
    expect(told()).toMatchObject([
      {
        type: "refresh.replayed_elsewhere",
        outcome: "success",
        actor: { kind: "anyone" },
        context: { ...elsewhere, requestId: "req" },
        data: { session_id: session.id, client_id: "first-party" },
      },
    ]);
    await refresh(1);
    expect(await refresh(0)).toMatchObject({ kind: "reused" });
    expect(await refresh(0)).toEqual({ kind: "refused" });
    expect(types()).toEqual(["refresh.replayed_elsewhere", "refresh.reused"]);
    expect(told().at(-1)).toMatchObject({ outcome: "failure" });
  });

  it("of wrong proofs the first, the tenth and the hundredth", async () => {
    const { accounts, id, told } = await somebody();
    for (let failures = 1; failures <= 100; failures++) {
      await accounts.failProof(id, { failures, userId: id, cause: CAUSE }, "session");
    }
    expect(told().map(({ type, data }) => [type, data])).toEqual([
      ["proof.failed", { failures: 1 }],
      ["proof.failed", { failures: 10 }],
      ["proof.locked", { failures: 100 }],
    ]);
  });
});

describe("the judge of a user tells nothing of what did not happen", () => {
  it("of changes that change nothing, are refused, or that nobody is there for", async () => {
    const { accounts, change, on, types } = await somebody();
    await change(ENABLE);
    await change(UNMAKE_ADMIN);
    await change({ kind: "assign_role", role: "nothing of the kind" });
    await change(DISABLE, { ifVersion: 7 });
    expect(types()).toEqual([]);
    await change(DELETE);
    expect((await change(DISABLE)).kind).toBe("not_found");
    expect(types()).toEqual(["user.deleted"]);
    const { id } = await on.create({ roles: [] });
    const before = accounts.events.length;
    expect(await accounts.endSessions(id, "all", CAUSE)).toBe(0);
    expect(accounts.events).toHaveLength(before);
  });

  it("of a last administrator, who stays", async () => {
    const { accounts, on, change } = await somebody();
    const [others] = [await on.users.list({ email: null, status: null, after: null, limit: 9 })];
    const admin = others.find(({ roles }) => roles.includes("admin"));
    if (admin === undefined) throw new Error("an administrator was expected");
    const before = accounts.events.length;
    for (const wanted of [DISABLE, DELETE, UNMAKE_ADMIN]) {
      expect((await on.change(admin.id, wanted)).kind).toBe("last_admin");
    }
    expect(accounts.events).toHaveLength(before);
    expect((await change(MAKE_ADMIN)).kind).toBe("done");
    expect((await on.change(admin.id, DISABLE)).kind).toBe("done");
    expect(accounts.events.map(({ type }) => type).slice(before)).toEqual([
      "user.role.assigned",
      "user.disabled",
    ]);
  });

  it("of sessions that are not there, and of one that is asked for twice", async () => {
    const { accounts, on, user, types } = await somebody();
    const wanted = on.newSession();
    await on.open(user, wanted);
    await on.open(user, wanted);
    expect(types()).toEqual(["session.opened"]);
    await accounts.endSessions(user.id, "all", CAUSE);
    await accounts.endSessions(user.id, "all", CAUSE);
    await accounts.endSessions(user.id, { only: wanted.sessionId }, CAUSE);
    expect(types()).toEqual(["session.opened", "session.revoked"]);
  });

  it("CFW-11 of a change that is asked for again", async () => {
    const { change, types, on } = await somebody();
    const command = { changeId: "one and the same", ifVersion: 1, open: on.newSession() };
    for (let i = 0; i < 3; i++) expect((await change(SET_PASSWORD, command)).kind).toBe("done");
    expect(types()).toEqual(["user.password.changed", "session.opened"]);
  });
});

describe("the judge of a user tells the truth after it broke off", () => {
  it("CFW-05 a change that was made is told once, with its own actor and time, whoever finds out", async () => {
    const settlers = ["refresh", "check", "open", "catchUp", "again"] as const;
    for (const settler of settlers) {
      const calls = await somebody();
      calls.steps.push(replyLost, replyLost);
      const command = { changeId: "one and the same" };
      await expect(calls.change(MAKE_ADMIN, command)).rejects.toThrow(Unavailable);
      expect(calls.told()).toEqual([]);
      calls.advance(60_000);
      if (settler === "refresh") await calls.refresh(0);
      else if (settler === "again") await calls.change(MAKE_ADMIN, command);
      else await calls[settler]();
      const [event, ...others] = calls.told();
      expect([settler, event?.type, others]).toEqual([settler, "user.role.assigned", []]);
      expect(event).toMatchObject(CAUSE);
      const [opened] = calls.accounts.events.slice(-2);
      expect(event?.occurredAt).toBe((opened?.occurredAt ?? 0) + 1_000);
      await calls.catchUp();
      expect(calls.told()).toHaveLength(1);
    }
  });

  it("CFW-05 a change that was not made is not told, however late it comes", async () => {
    const { change, steps, catchUp, told } = await somebody();
    steps.push(notDone, notDone);
    await expect(change(MAKE_ADMIN)).rejects.toThrow(Unavailable);
    await catchUp();
    await catchUp();
    expect(told()).toEqual([]);
  });

  it("CFW-05 a deletion that was made is told once", async () => {
    const { change, steps, catchUp, types } = await somebody();
    steps.push(replyLost, replyLost);
    await expect(change(DELETE)).rejects.toThrow(Unavailable);
    await catchUp();
    await catchUp();
    expect(types()).toEqual(["user.deleted"]);
  });

  it("of an answer lost once the change is told as one that was answered", async () => {
    const { change, steps, types } = await somebody();
    steps.push(replyLost);
    expect((await change(DISABLE)).kind).toBe("done");
    expect(types()).toEqual(["user.disabled"]);
  });
});

/** As if other hands changed the row after the change, which left its mark. */
const thenByHand =
  (changed: Partial<Authority>, also: Partial<RowAfter> = {}): Step =>
  async (run): Promise<RowAfter | null> => {
    const row = await run();
    if (row === null) return null;
    const version = row.authority.version + 1;
    return { ...row, ...also, authority: { ...row.authority, ...changed, version } };
  };

describe("the judge of a user tells what other hands changed", () => {
  it.each<[string, AccountChange, string]>([
    ["status", DISABLE, "status"],
    ["roles", MAKE_ADMIN, "roles"],
    ["the password", SET_PASSWORD, "password"],
  ])("%s, once", async (_, wanted, name) => {
    const { changeBehind, catchUp, told } = await somebody();
    await changeBehind(wanted);
    await catchUp();
    await catchUp();
    expect(told()).toMatchObject([{ ...BY_HAND, type: "user.changed_by_hand" }]);
    expect(told()[0]?.data["changed"]).toEqual([name]);
  });

  it("a row that is gone, once", async () => {
    const { changeBehind, catchUp, told } = await somebody();
    await changeBehind(DELETE);
    await catchUp();
    await catchUp();
    expect(told()).toMatchObject([{ ...BY_HAND, type: "user.deleted" }]);
  });

  it("before a change of its own, which is decided anew", async () => {
    const { changeBehind, change, types } = await somebody();
    await changeBehind(MAKE_ADMIN);
    expect((await change(DISABLE)).kind).toBe("done");
    expect(types()).toEqual(["user.changed_by_hand", "user.disabled"]);
  });

  it.each<[string, Step[]]>([
    ["its answer lost once", [replyLost]],
    ["its outcome unknown", [replyLost, replyLost]],
  ])("after a change of its own, %s: both, the change first", async (_, becomes) => {
    const { change, catchUp, steps, told } = await somebody();
    steps.push(...becomes, thenByHand({ status: "disabled" }));
    await change(MAKE_ADMIN).catch(catchUp);
    expect(told().map(({ type, actor }) => [type, actor.kind])).toEqual([
      ["user.role.assigned", CAUSE.actor.kind],
      ["user.changed_by_hand", "operator"],
    ]);
    expect(told()[1]?.data).toEqual({ changed: ["status"] });
  });

  it.each<AccountChange>([
    DISABLE,
    MAKE_ADMIN,
    SET_PASSWORD,
    RESET,
    { kind: "verify_email", keepPassword: true },
    { kind: "verify_email", keepPassword: false },
    { kind: "set_email", email: emailOf("another@example.com") },
  ])("and nothing that its own change of the same row changed: %o", async (wanted) => {
    const { change, steps, told } = await somebody();
    const other = wanted.kind === "assign_role" ? "password" : "roles";
    const byHand = other === "roles" ? { roles: ["user", "robot"] } : { passwordSetAt: 1 };
    if (wanted.kind === "set_email") steps.push((run) => run()); // the address before is read first
    steps.push(replyLost, thenByHand(byHand));
    await change(wanted);
    expect(told().at(-1)?.data).toMatchObject({ changed: [other] });
  });

  it("of a change of two things the one that they undid, and one that it left alone", async () => {
    const first = await somebody();
    first.steps.push(replyLost, thenByHand({}, { verifiedEmail: null }));
    await first.change(RESET);
    expect(first.told().at(-1)?.data).toEqual({ changed: ["email"] });
    const second = await somebody();
    second.steps.push(replyLost, thenByHand({ passwordSetAt: 1 }));
    await second.change({ kind: "verify_email", keepPassword: true });
    expect(second.told().at(-1)?.data).toEqual({ changed: ["password"] });
    const third = await somebody();
    await third.change(RESET);
    third.steps.push(replyLost, thenByHand({}, { verifiedEmail: null }));
    await third.change(RESET);
    expect(third.told().at(-1)?.data).toEqual({ changed: ["email"] });
  });

  it("also where they undid the change", async () => {
    const { change, steps, told } = await somebody();
    steps.push(replyLost, thenByHand({ roles: ["user"] }));
    await change(MAKE_ADMIN);
    expect(told().map(({ type }) => type)).toEqual(["user.role.assigned", "user.changed_by_hand"]);
    expect(told()[1]?.data).toMatchObject({ changed: ["roles"] });
  });

  it("nothing of a version alone, and nothing of whom it did not know", async () => {
    const { accounts, steps, catchUp, on, told } = await somebody();
    steps.push(thenByHand({}));
    await catchUp();
    expect(told()).toEqual([]);
    const { id } = await on.create();
    await on.changeBehind(id, DISABLE);
    await accounts.catchUp(id);
    expect(told()).toEqual([]);
  });
});
