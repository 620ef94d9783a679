import { describe, expect, it } from "vitest";
import type { AccountChange } from "../../../src/domain/accounts/account-change.ts";
import type { User } from "../../../src/domain/accounts/user.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { CAUSE, SECOND, someEmail, someId, someSession } from "../../support/samples.ts";
import { watchedObject } from "../../support/watched-object.ts";

/* What is told of a row that other hands changed beside a change of the service's own. */

/** Long enough for a change that broke off to be looked into. */
const PATIENCE = 30 * SECOND;

/** A user with this row, whose object knows it. */
async function known(given: Partial<User> = {}) {
  const watched = await watchedObject();
  const { judge, to, record, user, db, events, known: object, time } = watched;
  const byHand = (change: Partial<User>, versions = 1) => {
    const row = db.users.get(user.id);
    if (row === undefined) throw new Error("the row is gone");
    const version = row.user.version + versions;
    db.users.set(user.id, { ...row, user: { ...row.user, version, ...change } });
  };
  byHand(given, 0);
  const seen = (await record.read(user.id))?.authority;
  if (seen === undefined) throw new Error("the row is gone");
  await judge.openSession(to, { ...someSession(), seen, second: null, cause: CAUSE });
  const before = events.length;
  const told = () => events.slice(before).map(({ type, data }) => ({ type, ...data }));

  /** The change is made and nobody hears of it; then other hands, and then the object asks. */
  const brokenOff = async (change: AccountChange, others: () => void) => {
    object.d1 = "loses what a change left";
    const asked = judge.change(to, {
      changeId: someId(),
      change,
      ifVersion: null,
      cause: CAUSE,
    });
    await expect(asked).rejects.toThrow(Unavailable);
    object.d1 = "answers";
    others();
    time.now += PATIENCE;
    await judge.alarm();
    return told();
  };
  return { ...watched, byHand, told, brokenOff };
}

const verified = { emailVerified: true };
const newPassword = { passwordSetAt: 7 };
const newStatus = { status: "disabled" } as const;
const newRoles = { roles: ["admin", "user"] };

const OWN: readonly [string, AccountChange, Partial<User>][] = [
  ["user.disabled", { kind: "set_status", status: "disabled" }, {}],
  ["user.enabled", { kind: "set_status", status: "active" }, newStatus],
  ["user.role.assigned", { kind: "assign_role", role: "admin" }, {}],
  ["user.role.removed", { kind: "remove_role", role: "user" }, {}],
  ["user.password.changed", { kind: "set_password", passwordHash: "second" }, {}],
  ["user.password.reset", { kind: "reset_password", passwordHash: "second" }, {}],
  ["user.email.verified", { kind: "verify_email", keepPassword: true }, {}],
  ["user.email.verified", { kind: "verify_email", keepPassword: false }, {}],
  ["user.email.changed", { kind: "set_email", email: someEmail() }, verified],
];

describe("a change of the service's own, beside which other hands changed", () => {
  it.each(OWN)("nothing, is told alone: %s %j", async (type, change, given) => {
    const { brokenOff } = await known(given);
    const told = await brokenOff(change, () => undefined);
    expect(told.map((event) => event.type)).toEqual([type]);
  });

  it.each(OWN)("something else, is told without it, and that by itself: %s %j", async (...own) => {
    const [type, change, given] = own;
    const { brokenOff, byHand } = await known(given);
    const isOfStatus = change.kind === "set_status";
    const others = isOfStatus ? newPassword : newStatus;
    const told = await brokenOff(change, () => byHand(others));
    expect(told).toMatchObject([
      { type },
      { type: "user.changed_by_hand", changed: [isOfStatus ? "password" : "status"] },
    ]);
  });

  it.each(OWN)("nothing that can be seen, is what they touched: %s %j", async (...own) => {
    const [, change, given] = own;
    const { brokenOff, byHand } = await known(given);
    const told = await brokenOff(change, () => byHand({}));
    const [, second] = told;
    expect(told).toHaveLength(2);
    expect(second).toMatchObject({ type: "user.changed_by_hand" });
    expect(second).not.toMatchObject({ changed: [] });
  });

  it("what it had changed itself, is told as changed back", async () => {
    const { brokenOff, byHand } = await known();
    const told = await brokenOff({ kind: "set_status", status: "disabled" }, () =>
      byHand({ status: "active" }),
    );
    expect(told).toMatchObject([
      { type: "user.disabled" },
      { type: "user.changed_by_hand", changed: ["status"] },
    ]);
  });

  it("roles, is told with those that the user has now", async () => {
    const { brokenOff, byHand } = await known();
    const told = await brokenOff({ kind: "set_password", passwordHash: "second" }, () =>
      byHand(newRoles),
    );
    expect(told[1]).toMatchObject({ changed: ["roles"], roles: newRoles.roles });
  });
});

describe("a reset of the password", () => {
  const RESET: AccountChange = { kind: "reset_password", passwordHash: "second" };

  it("verified no address that was verified before: another one is other hands'", async () => {
    const { brokenOff, byHand } = await known(verified);
    const told = await brokenOff(RESET, () => byHand({ email: someEmail() }));
    expect(told[1]).toMatchObject({ type: "user.changed_by_hand", changed: ["email"] });
  });
});

it.each<AccountChange>([
  { kind: "reset_password", passwordHash: "second" },
  { kind: "verify_email", keepPassword: true },
  { kind: "set_email", email: someEmail() },
])("CFW-17 a copy that does not know the address says nothing of it beside %j", async (change) => {
  const { brokenOff, byHand, known: object } = await known();
  if (object.copy === null) throw new Error("the object knows nobody");
  object.copy = { ...object.copy, verifiedEmail: undefined };
  const told = await brokenOff(change, () => byHand(newStatus));
  expect(told[1]).toMatchObject({ changed: ["status"] });
});

describe("a change that broke off before it was made", () => {
  const ACTS: readonly [string, AccountChange][] = [
    ["disabling", { kind: "set_status", status: "disabled" }],
    ["deleting", { kind: "delete" }],
  ];

  it.each(ACTS)("is not told, and is not made later: %s", async (_, change) => {
    const { judge, to, record, known: object, told, time, user } = await known();
    object.d1 = "is away";
    const cause = { ...CAUSE, actor: { kind: "user", id: "usr_of_an_administrator" } } as const;
    const command = { changeId: someId(), change, ifVersion: null, cause };
    await expect(judge.change(to, command)).rejects.toThrow(Unavailable);
    object.d1 = "answers";
    time.now += PATIENCE;
    await judge.alarm();
    expect(told()).toEqual([]);
    const late = await record.apply(user.id, change, command.changeId, 1, time.now, false);
    expect(late?.authority).toMatchObject({ status: "active", version: 2 });
  });

  it("of a row that is gone since was nobody's but other hands', unless it was the deletion", async () => {
    for (const [name, change] of ACTS) {
      const { judge, to, db, user, known: object, events, time } = await known();
      object.d1 = "is away";
      const cause = { ...CAUSE, actor: { kind: "user", id: "usr_of_an_administrator" } } as const;
      const command = { changeId: someId(), change, ifVersion: null, cause };
      await expect(judge.change(to, command)).rejects.toThrow(Unavailable);
      object.d1 = "answers";
      db.users.delete(user.id);
      time.now += PATIENCE;
      await judge.alarm();
      const actor = name === "deleting" ? cause.actor : { kind: "operator", id: "database" };
      expect(events.at(-1)).toMatchObject({ type: "user.deleted", actor });
    }
  });
});

describe("a row that other hands changed", () => {
  it("is told once, by what differs", async () => {
    const { judge, to, byHand, told } = await known();
    byHand({ ...newStatus, ...newRoles, ...newPassword, ...verified });
    await judge.catchUp(to);
    await judge.catchUp(to);
    expect(told()).toMatchObject([
      {
        type: "user.changed_by_hand",
        changed: ["status", "roles", "password", "email"],
        roles: newRoles.roles,
      },
    ]);
  });

  it("CFW-17 is told without the address to an object whose copy does not know it", async () => {
    const { judge, to, byHand, told, known: object } = await known();
    if (object.copy === null) throw new Error("the object knows nobody");
    object.copy = { ...object.copy, verifiedEmail: undefined };
    byHand(newStatus);
    await judge.catchUp(to);
    expect(told()).toMatchObject([{ changed: ["status"] }]);
    expect(told()[0]).not.toHaveProperty("roles");
  });

  it("is not told where only its version moved on", async () => {
    const { judge, to, byHand, told } = await known();
    byHand({});
    await judge.catchUp(to);
    expect(told()).toEqual([]);
  });
});
