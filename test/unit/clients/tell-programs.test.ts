import { beforeEach, describe, expect, it } from "vitest";
import { SYSTEM } from "../../../src/domain/access/actor.ts";
import { type ServiceAccountId, serviceAccountIdOf } from "../../../src/domain/ids.ts";
import {
  type TellDeps,
  tellPrograms,
  thenTell,
} from "../../../src/use-cases/clients/tell-programs.ts";
import { workOffProgramFeed } from "../../../src/use-cases/clients/work-off-program-feed.ts";
import { Impossible, Unavailable } from "../../../src/use-cases/outside.ts";
import { memoryDatabase } from "../../support/fakes/memory-database.ts";
import { memoryProgramFeed } from "../../support/fakes/program-feed.ts";
import { atEveryCall, FAULTS, outcomeOf } from "../../support/port-faults.ts";
import { someId } from "../../support/samples.ts";
import { someAccount } from "../../support/service-account-samples.ts";

const EVERYBODY = { kind: "everybody" } as const;
const REASON = new Unavailable("the object of one");

/** Accounts that remember which change of their row they have taken over. */
function service() {
  const db = memoryDatabase();
  const copies = new Map<ServiceAccountId, number>();
  const told: ServiceAccountId[] = [];
  const poisoned = new Set<ServiceAccountId>();
  const time = { now: Date.UTC(2026, 0, 1), perCall: 0 };
  const versionOf = (id: ServiceAccountId) => db.serviceAccounts.get(id)?.version ?? 0;
  const reported: ServiceAccountId[] = [];
  const deps: TellDeps = {
    programNotCaughtUp: (id) => void reported.push(id),
    programFeed: memoryProgramFeed(db),
    programs: {
      async catchUp(id) {
        const version = versionOf(id);
        await Promise.resolve();
        time.now += time.perCall;
        if (poisoned.has(id)) throw REASON;
        told.push(id);
        copies.set(id, version);
      },
    },
    clock: () => time.now,
  };
  const change = (id: ServiceAccountId, roles: readonly string[] = []) => {
    const { name, now } = someAccount();
    const times = { createdAt: now, updatedAt: now };
    const version = versionOf(id) + 1;
    const row = { id, name, status: "active", roles, version, tokensFrom: 1, ...times } as const;
    db.serviceAccounts.set(id, row);
  };
  const changeMany = (count: number, roles?: readonly string[]) => {
    const ids = Array.from({ length: count }, () => serviceAccountIdOf(someId()));
    for (const id of ids) change(id, roles);
    return ids;
  };
  return {
    deps,
    told,
    reported,
    poisoned,
    time,
    change,
    changeMany,
    changeOne: () => changeMany(1)[0] ?? serviceAccountIdOf(someId()),
    behind: () => [...db.serviceAccounts.keys()].filter((id) => copies.get(id) !== versionOf(id)),
    noted: async () => (await deps.programFeed.noted(EVERYBODY))?.ids ?? [],
  };
}

let on: ReturnType<typeof service>;

beforeEach(() => {
  on = service();
});

const MOST = 200;
const tell = () => tellPrograms(on.deps, EVERYBODY, MOST);
const DONE = { failed: new Map(), left: 0 };

describe("telling programs that they changed", () => {
  it("tells each once, however often it changed, and forgets it", async () => {
    const ids = on.changeMany(20);
    for (const id of ids) on.change(id);
    expect(await tell()).toEqual({ told: 20, ...DONE });
    expect(on.told.toSorted()).toEqual(ids.toSorted());
    expect([on.behind(), await on.noted()]).toEqual([[], []]);
    expect(await tell()).toEqual({ told: 0, ...DONE });
    expect(on.told).toHaveLength(20);
  });

  it("tells those whom it concerns and leaves the others noted", async () => {
    const one = on.changeOne();
    const holders = on.changeMany(2, ["reporter"]);
    const others = on.changeMany(2);
    await tellPrograms(on.deps, { kind: "account", id: one }, MOST);
    expect(on.told).toEqual([one]);
    await tellPrograms(on.deps, { kind: "role", name: "reporter" }, MOST);
    expect(on.told.toSorted()).toEqual([one, ...holders].toSorted());
    expect((await on.noted()).toSorted()).toEqual(others.toSorted());
  });

  it("one that does not answer stops nobody, and stays noted with its reason told", async () => {
    const bad = on.changeMany(8);
    for (const id of bad) on.poisoned.add(id);
    const good = on.changeMany(20);
    expect(await tell()).toEqual({
      told: good.length,
      failed: new Map(bad.map((id) => [id, REASON])),
      left: 0,
    });
    expect(on.behind()).toEqual(bad);
    expect((await on.noted()).toSorted()).toEqual(bad.toSorted());
    on.poisoned.clear();
    await tell();
    expect([on.behind(), await on.noted()]).toEqual([[], []]);
  });

  it("tells no further account when it takes too long, and the next time goes on", async () => {
    on.changeMany(100);
    on.time.perCall = 1_000;
    const { told, left } = await tell();
    // Six at a time, each of which had looked at the clock before.
    expect(told).toBeGreaterThanOrEqual(45);
    expect(told).toBeLessThanOrEqual(45 + 6);
    expect([told + left, on.behind().length]).toEqual([100, left]);
    on.time.perCall = 0;
    expect((await tell()).told).toBe(100 - told);
    expect([on.behind(), await on.noted()]).toEqual([[], []]);
  });

  it("REV-11 tells no more than it may, those first who have waited longest, and the next time goes on", async () => {
    const ids = on.changeMany(MOST + 50);
    expect(await tell()).toEqual({ told: MOST, failed: new Map(), left: 50 });
    expect(on.behind()).toEqual(ids.slice(MOST));
    const [late] = on.changeMany(1);
    expect(await tell()).toEqual({ told: 51, ...DONE });
    expect(on.told.at(-1)).toBe(late);
    expect([on.behind(), await on.noted()]).toEqual([[], []]);
  });

  it("those who do not answer are in nobody's way, though there are more than it may tell", async () => {
    const bad = on.changeMany(2 * MOST);
    for (const id of bad) on.poisoned.add(id);
    const good = on.changeMany(1);
    for (let times = 0; times < 3; times++) await tell();
    expect(on.told).toEqual(good);
    expect(on.behind()).toEqual(bad);
  });

  it("CFW-15 loses nobody when the clock jumps back meanwhile", async () => {
    on.changeMany(100);
    on.time.perCall = -1;
    expect((await tell()).left).toBe(on.behind().length);
    on.time.perCall = 0;
    await tell();
    expect([on.behind(), await on.noted()]).toEqual([[], []]);
  });

  it("one that changes again while it is told stays noted until that counts, too", async () => {
    const id = on.changeOne();
    const { programs } = on.deps;
    const catchUp = async (who: ServiceAccountId) => {
      await programs.catchUp(who);
      if (on.told.length === 1) on.change(who);
    };
    await tellPrograms({ ...on.deps, programs: { catchUp } }, EVERYBODY, MOST);
    expect([on.behind(), await on.noted()]).toEqual([[id], [id]]);
    await tell();
    expect([on.behind(), await on.noted()]).toEqual([[], []]);
  });

  it.each(FAULTS)("CFW-05 loses nobody, at whatever call it breaks off: %s", async (kind) => {
    const broken = await atEveryCall(kind, async (faults) => {
      on = service();
      const [bad] = on.changeMany(15);
      if (bad !== undefined) on.poisoned.add(bad);
      const { programFeed, programs, clock } = on.deps;
      const through = { programFeed: faults.wrap(programFeed), programs: faults.wrap(programs) };
      await outcomeOf(tellPrograms({ ...on.deps, ...through, clock }, EVERYBODY, MOST));
      faults.end();
      on.poisoned.clear();
      await tell();
      expect([on.behind(), await on.noted()]).toEqual([[], []]);
    });
    expect(new Set(broken)).toEqual(new Set(["noted", "catchUp", "forget"]));
  });
});

describe("telling before the reply", () => {
  const now = () => thenTell(on.deps, EVERYBODY, Promise.resolve("changed"));

  it("REV-04 says when one could not be told, and tells the others", async () => {
    const [bad, ...good] = on.changeMany(20);
    if (bad !== undefined) on.poisoned.add(bad);
    await expect(now()).rejects.toBe(REASON);
    expect([on.behind(), on.told.length, on.reported]).toEqual([[bad], good.length, [bad]]);
    on.poisoned.clear();
    await now();
    expect(on.behind()).toEqual([]);
  });

  it("REV-04 says so where the feed does not answer, of which nobody was told", async () => {
    on.changeOne();
    const noted = () => Promise.reject(REASON);
    const programFeed = { ...on.deps.programFeed, noted };
    await expect(thenTell({ ...on.deps, programFeed }, EVERYBODY, Promise.resolve())).rejects.toBe(
      REASON,
    );
    expect(on.told).toEqual([]);
  });

  it("REV-04 says so where there was no time for some", async () => {
    on.changeMany(20);
    on.time.perCall = 45_000;
    await expect(now()).rejects.toThrow(Unavailable);
  });

  it("REV-02 an account's own change is told when it was made, and its outcome is handed on", async () => {
    const id = on.changeOne();
    await tell();
    const change = async () => {
      await Promise.resolve();
      on.change(id);
      return "changed";
    };
    expect(await thenTell(on.deps, { kind: "account", id }, change())).toBe("changed");
    expect([on.behind(), await on.noted()]).toEqual([[], []]);
  });

  it("CFW-05 a change that broke off before is told also where this one is refused", async () => {
    const [id, other] = [on.changeOne(), on.changeOne()];
    expect(await thenTell(on.deps, { kind: "account", id }, Promise.resolve("refused"))).toBe(
      "refused",
    );
    expect([on.told, await on.noted()]).toEqual([[id], [other]]);
  });

  it("CFW-05 a change whose outcome is unknown is told, or stays noted", async () => {
    const id = on.changeOne();
    const unknown = () => thenTell(on.deps, { kind: "account", id }, Promise.reject(REASON));
    on.poisoned.add(id);
    await expect(unknown()).rejects.toBe(REASON);
    expect(await on.noted()).toEqual([id]);
    on.poisoned.clear();
    await expect(unknown()).rejects.toBe(REASON);
    expect([on.behind(), await on.noted()]).toEqual([[], []]);
  });

  it("one whose row cannot be read is reported and holds up no reply", async () => {
    const [spoilt] = on.changeMany(3);
    if (spoilt === undefined) throw new Error("three were expected");
    const { programs } = on.deps;
    const catchUp = async (id: ServiceAccountId) => {
      if (id === spoilt) throw new Impossible("row_unreadable");
      await programs.catchUp(id);
    };
    const deps = { ...on.deps, programs: { catchUp } };
    expect(await thenTell(deps, EVERYBODY, Promise.resolve("changed"))).toBe("changed");
    expect([on.reported, on.behind(), await on.noted()]).toEqual([[spoilt], [spoilt], [spoilt]]);
  });
});

describe("REV-11 1,000 changed accounts", () => {
  /** Calls of one invocation, of which Workers allow 1,000: those to the feed besides. */
  const callsOf = async (work: () => Promise<unknown>) => {
    const before = on.told.length;
    await work();
    return on.told.length - before + 2;
  };

  it("are told before replies that each make no more calls than they may", async () => {
    on.changeMany(1_000);
    const now = () => thenTell(on.deps, EVERYBODY, Promise.resolve("changed"));
    // A change has been decided and made in the same invocation.
    expect(await callsOf(() => expect(now()).rejects.toThrow(Unavailable))).toBeLessThan(950);
    await now();
    expect([on.behind(), await on.noted()]).toEqual([[], []]);
  });

  it("are told by runs of the cron that leave as many calls as people's accounts take", async () => {
    on.changeMany(1_000);
    const run = () => workOffProgramFeed({ ...on.deps, programNotCaughtUp: () => null }, SYSTEM);
    const progress: unknown[] = [];
    for (let runs = 0; runs < 10; runs++) {
      expect(await callsOf(async () => progress.push((await run()).value))).toBeLessThan(150);
    }
    expect(progress[0]).toEqual({ caughtUp: 100, failed: 0, isMore: true });
    expect(progress.at(-1)).toEqual({ caughtUp: 100, failed: 0, isMore: false });
    expect([on.behind(), await on.noted()]).toEqual([[], []]);
  });
});

it("the cron tells everybody, and reports each that it could not tell, with the reason", async () => {
  const [bad, ...good] = on.changeMany(20);
  if (bad !== undefined) on.poisoned.add(bad);
  const reported: unknown[] = [];
  const programNotCaughtUp = (...args: unknown[]) => void reported.push(args);
  const run = () => workOffProgramFeed({ ...on.deps, programNotCaughtUp }, SYSTEM);
  expect((await run()).value).toEqual({ caughtUp: good.length, failed: 1, isMore: false });
  expect(reported).toEqual([[bad, REASON]]);
  on.poisoned.clear();
  expect((await run()).value).toEqual({ caughtUp: 1, failed: 0, isMore: false });
  expect([on.behind(), reported.length]).toEqual([[], 1]);
});
