import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { AccountChange } from "../../../src/domain/accounts/account-change.ts";
import { authorityOf } from "../../../src/domain/accounts/authority.ts";
import { d1AccountRecord } from "../../../src/persistence/d1/accounts/account-record.ts";
import { d1Users } from "../../../src/persistence/d1/accounts/users.ts";
import { database } from "../../../src/persistence/d1/database.ts";
import { UserObject } from "../../../src/persistence/durable/accounts/user-object.ts";
import {
  ACCOUNT_POLICY,
  CAUSE,
  CLIENT,
  someId,
  someSession,
  someSessionId,
  someUser,
} from "../../support/samples.ts";
import { type Batch, scripted } from "../../support/scripted-d1.ts";
import { unheard } from "../../support/unheard.ts";

/** Copies age at once, so that every call reads D1. */
const POLICY = { ...ACCOUNT_POLICY, authorityMaxAge: 0 };

const replyLost = async (run: () => ReturnType<Batch>): ReturnType<Batch> => {
  await run();
  throw new Error("Network connection lost.");
};
const notDone = async (): ReturnType<Batch> => {
  throw new Error("Network connection lost.");
};

/** A step that reads at once and answers when it is let go. */
function held() {
  const gate = Promise.withResolvers<void>();
  const hasRead = Promise.withResolvers<void>();
  const step = async (run: () => ReturnType<Batch>): ReturnType<Batch> => {
    const result = await run();
    hasRead.resolve();
    await gate.promise;
    return result;
  };
  return { step, hasRead: hasRead.promise, letGo: gate.resolve };
}

/** Works on a new object, over the D1 given, in which a user has one session with `token 0`. */
async function withSession(
  steps: Parameters<typeof scripted>[0],
  work: (calls: Awaited<ReturnType<typeof callsOf>>) => Promise<void>,
): Promise<void> {
  const users = d1Users(database(env.DB), unheard);
  const made = someUser();
  await users.create(made);
  const credential = await users.findById(made.id);
  if (credential === null) throw new Error("the account was not made");
  const stub = env.USERS.get(env.USERS.idFromName(made.id));
  await runInDurableObject(stub, async (_, state) => {
    const opening = (run: () => ReturnType<Batch>) => run();
    const object = new UserObject(state, { ...env, DB: scripted([opening, ...steps]) });
    await work(await callsOf(object, credential.user));
  });
}

async function callsOf(
  object: UserObject,
  user: NonNullable<Awaited<ReturnType<ReturnType<typeof d1Users>["findById"]>>>["user"],
) {
  const to = { userId: user.id, policy: POLICY };
  const sessionId = someSessionId();
  await object.openSession(to, {
    ...someSession({ sessionId }),
    seen: authorityOf(user),
    second: null,
    cause: CAUSE,
  });
  const refresh = (n: number) =>
    object.refresh(to, {
      sessionId,
      clientId: CLIENT,
      presented: `token ${n}`,
      successor: { hash: `token ${n + 1}`, secretVersion: 1 },
      knownRoles: null,
      device: { ip: null, userAgent: null },
      requestId: null,
    });
  const change = (wanted: AccountChange, changeId = someId()) =>
    object.change(to, { changeId, change: wanted, ifVersion: null, cause: CAUSE });
  const check = async () => (await object.check(to, sessionId)).kind;
  const row = () => d1AccountRecord(database(env.DB)).read(user.id);
  /** As whoever works off the change feed does; by this policy the copy is young afterwards. */
  const catchUp = () => object.catchUp({ ...to, policy: ACCOUNT_POLICY });
  const byHand = (set: string) =>
    env.DB.prepare(`update users set ${set} where id = ?`).bind(user.id).run();
  return { refresh, change, catchUp, byHand, check, row, sessionId };
}

const DISABLE: AccountChange = { kind: "set_status", status: "disabled" };
const UNAVAILABLE = { kind: "unavailable", dependency: "d1" };

it("CFW-01 a refresh that read D1 before a disabling does not rotate after it", async () => {
  const reading = held();
  await withSession([reading.step], async ({ refresh, change, check }) => {
    const refreshed = refresh(0);
    await reading.hasRead;
    expect((await change(DISABLE)).kind).toBe("done");
    reading.letGo();
    expect(await refreshed).toEqual({ kind: "refused" });
    expect(await check()).toBe("dead");
  });
});

it("CFW-01 a refresh that read D1 before a role was given grants what is true after it", async () => {
  const reading = held();
  await withSession([reading.step], async ({ refresh, change }) => {
    const refreshed = refresh(0);
    await reading.hasRead;
    expect((await change({ kind: "assign_role", role: "admin" })).kind).toBe("done");
    reading.letGo();
    expect(await refreshed).toMatchObject({
      kind: "rotated",
      grant: { authority: { roles: ["admin", "user"], version: 2 } },
    });
  });
});

it("CFW-01 an object that is told of a change takes over no reading from before", async () => {
  const [earlier, told] = [held(), held()];
  await withSession([earlier.step, told.step], async ({ refresh, catchUp, byHand, check }) => {
    await byHand("version = version + 1");
    const refreshed = refresh(0);
    await earlier.hasRead;
    await byHand("status = 'disabled'");
    const caughtUp = catchUp();
    await told.hasRead;
    earlier.letGo();
    expect(await refreshed).toEqual({ kind: "refused" });
    told.letGo();
    expect(await caughtUp).toEqual({ kind: "done", whom: "known" });
    expect(await check()).toBe("dead");
  });
});

it("CFW-01 an older reading does not settle a change whose outcome is unknown", async () => {
  const reading = held();
  // Neither the disabling nor its second try is answered, though the first was done.
  const steps = [reading.step, replyLost, replyLost];
  await withSession(steps, async ({ refresh, change, check, row }) => {
    const refreshed = refresh(0);
    await reading.hasRead;
    expect(await change(DISABLE)).toEqual(UNAVAILABLE);
    expect((await row())?.authority.status).toBe("disabled");
    reading.letGo();
    expect(await refreshed).toEqual({ kind: "refused" });
    expect(await check()).toBe("dead");
  });
});

it("CFW-05 a change that never reached D1 is fenced off before anyone acts again", async () => {
  const late: (() => ReturnType<Batch>)[] = [];
  const onItsWay = async (run: () => ReturnType<Batch>): ReturnType<Batch> => {
    late.push(run);
    return notDone();
  };
  await withSession([onItsWay, notDone], async ({ refresh, change, check, row }) => {
    expect(await change(DISABLE)).toEqual(UNAVAILABLE);
    expect((await refresh(0)).kind).toBe("rotated");
    // The update that was given up arrives after all.
    await Promise.all(late.map((run) => run()));
    expect((await row())?.authority).toMatchObject({ status: "active", version: 2 });
    expect(await check()).toBe("live");
    expect((await change(DISABLE)).kind).toBe("done");
    expect(await check()).toBe("dead");
  });
});

it("REF-07 while D1 cannot tell how a change ended, refresh consumes nothing", async () => {
  const steps = [replyLost, replyLost, notDone, notDone];
  await withSession(steps, async ({ refresh, change }) => {
    expect(await change({ kind: "assign_role", role: "admin" })).toEqual(UNAVAILABLE);
    expect(await refresh(0)).toEqual(UNAVAILABLE);
    expect(await refresh(0)).toEqual(UNAVAILABLE);
    expect((await refresh(0)).kind).toBe("rotated");
  });
});

it("CFW-11 a change tried again after its outcome was unknown is done once", async () => {
  const steps = [replyLost, replyLost];
  await withSession(steps, async ({ change, row }) => {
    const password = { kind: "set_password", passwordHash: "second" } as const;
    expect(await change(password, "one and the same")).toEqual(UNAVAILABLE);
    expect((await change(password, "one and the same")).kind).toBe("done");
    expect((await row())?.authority.version).toBe(2);
  });
});

it("CFW-11 a deletion whose replies were lost is done, and is said to be when asked again", async () => {
  await withSession([replyLost, replyLost], async ({ change, check, row }) => {
    expect(await change({ kind: "delete" }, "one and the same")).toEqual(UNAVAILABLE);
    expect(await row()).toBeNull();
    expect(await check()).toBe("dead");
    expect((await change({ kind: "delete" }, "one and the same")).kind).toBe("done");
    expect((await change({ kind: "delete" })).kind).toBe("not_found");
  });
});
