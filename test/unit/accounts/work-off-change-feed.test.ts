import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { SYSTEM } from "../../../src/domain/access/actor.ts";
import type { UserId } from "../../../src/domain/ids.ts";
import {
  type WorkOffDeps,
  workOffChangeFeed,
} from "../../../src/use-cases/accounts/work-off-change-feed.ts";
import type { Notice } from "../../../src/use-cases/events/ports.ts";
import { memoryChangeFeed } from "../../support/fakes/change-feed.ts";
import { atEveryCall, outcomeOf, type PortFaults } from "../../support/port-faults.ts";
import { someUserId } from "../../support/samples.ts";

/** Accounts that remember which change of their row they have taken over. */
function service() {
  const feed = memoryChangeFeed();
  const rows = new Map<UserId, number>();
  const copies = new Map<UserId, number>();
  const told: UserId[] = [];
  const poisoned = new Set<UserId>();
  const unused = new Set<UserId>();
  const reported: UserId[] = [];
  const notices: Notice[] = [];
  const time = { now: Date.UTC(2026, 0, 1), perCall: 0 };
  let atOnce = 0;
  let mostAtOnce = 0;

  const accounts = {
    async catchUp(userId: UserId) {
      mostAtOnce = Math.max(mostAtOnce, ++atOnce);
      await Promise.resolve();
      time.now += time.perCall;
      atOnce--;
      if (poisoned.has(userId)) throw new Error("this one never answers");
      told.push(userId);
      copies.set(userId, rows.get(userId) ?? 0);
      return unused.has(userId) ? ("unknown" as const) : ("known" as const);
    },
  };
  const deps: WorkOffDeps = {
    feed,
    accounts,
    notCaughtUp: (id) => void reported.push(id),
    clock: () => time.now,
    notify: (notice) => void notices.push(notice),
  };
  const change = (userId: UserId) => {
    rows.set(userId, (rows.get(userId) ?? 0) + 1);
    return feed.note(userId);
  };
  const changeMany = async (count: number) => {
    const ids = Array.from({ length: count }, someUserId);
    for (const id of ids) await change(id);
    return ids;
  };
  return {
    deps,
    feed,
    told,
    poisoned,
    unused,
    reported,
    notices,
    time,
    change,
    changeMany,
    mostAtOnce: () => mostAtOnce,
    behind: () => [...rows].filter(([id, row]) => copies.get(id) !== row).map(([id]) => id),
  };
}

let on: ReturnType<typeof service>;

beforeEach(() => {
  on = service();
});

const run = async () => (await workOffChangeFeed(on.deps, SYSTEM)).value;

it("an account that was noted catches up, and is forgotten", async () => {
  const [id] = await on.changeMany(1);
  expect(await run()).toEqual({ caughtUp: 1, failed: 0, isMore: false });
  expect([on.told, on.feed.size()]).toEqual([[id], 0]);
});

it("of an account that was never used the deletion is told as it is forgotten", async () => {
  const [used, unused, late] = await on.changeMany(3);
  if (unused === undefined || late === undefined) throw new Error("accounts were expected");
  on.unused.add(unused).add(late);
  on.poisoned.add(late);
  await run();
  expect(on.feed.untold).toEqual([unused]);
  on.poisoned.clear();
  await run();
  expect(on.feed.untold).toEqual([unused, late]);
  expect(on.told).toContain(used);
});

it("nothing noted is nothing done", async () => {
  expect(await run()).toEqual({ caughtUp: 0, failed: 0, isMore: false });
});

it("an account noted many times is told once, and what is nobody's id is dropped", async () => {
  const id = someUserId();
  for (let i = 0; i < 50; i++) await on.change(id);
  await on.feed.note("nobody");
  expect(await run()).toEqual({ caughtUp: 1, failed: 0, isMore: false });
  expect([on.told, on.feed.size()]).toEqual([[id], 0]);
});

describe("REV-11 100,000 changed rows", { timeout: 60_000 }, () => {
  it("are worked off by bounded runs, each going on where the last one stopped", async () => {
    await on.changeMany(100_000);
    let runs = 0;
    for (let isMore = true; isMore; runs++) {
      const before = on.told.length;
      ({ isMore } = await run());
      const calls = on.told.length - before;
      expect(calls).toBeLessThanOrEqual(500);
    }
    expect([on.behind(), on.feed.size(), runs]).toEqual([[], 0, 201]);
    expect(on.mostAtOnce()).toBeLessThanOrEqual(6);
  });

  it("of one account cost a bounded number of readings a run", async () => {
    const id = someUserId();
    for (let i = 0; i < 100_000; i++) await on.change(id);
    const sizes: number[] = [];
    for (let isMore = true; isMore; ) {
      ({ isMore } = await run());
      sizes.push(on.feed.size());
    }
    expect(sizes[0]).toBe(100_000 - 800);
    expect([on.behind(), on.feed.size()]).toEqual([[], 0]);
  });
});

describe("an account that cannot be told", () => {
  it("stays noted and is reported, and the others catch up", async () => {
    const [bad, ...others] = await on.changeMany(250);
    if (bad === undefined) throw new Error("an account was expected");
    on.poisoned.add(bad);
    expect(await run()).toEqual({ caughtUp: others.length, failed: 1, isMore: false });
    expect([on.reported, on.behind(), on.feed.size()]).toEqual([[bad], [bad], 1]);
    on.poisoned.clear();
    await run();
    expect([on.behind(), on.feed.size()]).toEqual([[], 0]);
  });

  it("is in nobody's way, though a run could do nothing else", async () => {
    const bad = await on.changeMany(2_000);
    for (const id of bad) on.poisoned.add(id);
    const good = await on.changeMany(1);
    for (let runs = 0; runs < 3; runs++) await run();
    expect(good.filter((id) => on.behind().includes(id))).toEqual([]);
    expect(on.behind()).toHaveLength(bad.length);
    on.poisoned.clear();
    for (let isMore = true; isMore; ) ({ isMore } = await run());
    expect([on.behind(), on.feed.size()]).toEqual([[], 0]);
  });
});

it("an account changed behind a mass of others is told by the next run", async () => {
  await on.changeMany(10_000);
  await run();
  const urgent = await on.changeMany(1);
  await run();
  expect(on.behind()).not.toContain(urgent[0]);
});

it("a run that takes too long tells no further account, and the next goes on", async () => {
  await on.changeMany(250);
  on.time.perCall = 1_000;
  expect((await run()).isMore).toBe(true);
  // Six at a time, each of which had looked at the clock before.
  expect(on.told.length).toBeGreaterThanOrEqual(45);
  expect(on.told.length).toBeLessThanOrEqual(45 + 6);
  expect(on.feed.size()).toBe(250 - on.told.length);
  on.time.perCall = 0;
  await run();
  expect([on.behind(), on.feed.size()]).toEqual([[], 0]);
});

it("what fails is put behind the others batch by batch, not at the end of a run", async () => {
  const bad = await on.changeMany(150);
  for (const id of bad) on.poisoned.add(id);
  const { take } = on.feed;
  const broken = { ...on.feed, take: () => Promise.reject(new Error("the run dies here")) };
  await expect(workOffChangeFeed({ ...on.deps, feed: broken }, SYSTEM)).rejects.toThrow("dies");
  const order = (await take(0, 200)).map(({ userId }) => userId);
  expect(order.slice(0, 50)).toEqual(bad.slice(0, 50));
  expect(new Set(order.slice(50))).toEqual(new Set(bad.slice(50)));
  expect((await take(150, 200)).length).toBe(100);
});

it("a mark that somebody left by hand is taken away, and what it hid is told", async () => {
  const id = someUserId();
  await on.feed.mark(id);
  expect(await run()).toEqual({ caughtUp: 1, failed: 0, isMore: false });
  expect(on.told).toEqual([id]);
  expect(on.notices).toEqual([{ event: "own_changes_left_behind", actor: SYSTEM, marks: 1 }]);
  await run();
  expect(on.notices).toHaveLength(1);
});

it("a row changed again while its account is told stays noted until that counts, too", async () => {
  const [id] = await on.changeMany(1);
  if (id === undefined) throw new Error("an account was expected");
  const { catchUp } = on.deps.accounts;
  const deps = {
    ...on.deps,
    accounts: {
      catchUp: async (userId: UserId) => {
        const whom = await catchUp(userId);
        if (on.told.length === 1) await on.change(userId);
        return whom;
      },
    },
  };
  await workOffChangeFeed(deps, SYSTEM);
  expect([on.behind(), on.feed.size()]).toEqual([[id], 1]);
  await workOffChangeFeed(deps, SYSTEM);
  expect([on.behind(), on.feed.size()]).toEqual([[], 0]);
});

it.each(["not done", "reply lost", "outage from here on"] as const)(
  "CFW-05 a run that breaks off at any call loses nothing: %s",
  async (kind) => {
    const broken = await atEveryCall(kind, async (faults: PortFaults) => {
      on = service();
      const ids = await on.changeMany(230);
      if (ids[7] !== undefined) on.poisoned.add(ids[7]);
      const { feed, accounts } = on.deps;
      const through = { ...on.deps, feed: faults.wrap(feed), accounts: faults.wrap(accounts) };
      await outcomeOf(workOffChangeFeed(through, SYSTEM));
      faults.end();
      on.poisoned.clear();
      await run();
      expect([on.behind(), on.feed.size()]).toEqual([[], 0]);
    });
    expect(new Set(broken)).toEqual(
      new Set(["clearMarks", "newest", "take", "catchUp", "forget", "postpone"]),
    );
  },
);

/** What can happen, to one account of a few. */
const STEPS = {
  change: (id: UserId) => on.change(id),
  run: () => run(),
  "two runs at once": (id: UserId) => Promise.all([run(), on.change(id), run()]),
  poison: async (id: UserId) => on.poisoned.add(id),
  heal: async (id: UserId) => on.poisoned.delete(id),
} as const;

const step = fc.constantFrom(...Object.values(STEPS));

it("whatever is changed, twice at once, late or in between: when all is done nobody is behind", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(step, fc.nat(9)), { maxLength: 40 }), async (steps) => {
      on = service();
      const ids = Array.from({ length: 10 }, someUserId);
      for (const [take, who] of steps) await take(ids[who] ?? someUserId());
      on.poisoned.clear();
      await run();
      expect([on.behind(), on.feed.size()]).toEqual([[], 0]);
    }),
  );
});
