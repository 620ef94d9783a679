import { describe, expect, it } from "vitest";
import { SYSTEM } from "../../../src/domain/access/actor.ts";
import type { ChangeFeed } from "../../../src/use-cases/accounts/ports.ts";
import { workOffChangeFeed } from "../../../src/use-cases/accounts/work-off-change-feed.ts";
import { memoryChangeFeed } from "../../support/fakes/change-feed.ts";
import { someUserId } from "../../support/samples.ts";

/** Entries of a feed, some of whose accounts cannot be told, and what a run asks of the feed. */
async function run(count: number, { bad = 0, perCall = 0 } = {}) {
  const feed = memoryChangeFeed();
  const ids = Array.from({ length: count }, someUserId);
  await feed.note(...ids);
  const poisoned = new Set(ids.slice(count - bad));
  const asked: string[] = [];
  let now = 0;
  const watched: ChangeFeed = {
    ...feed,
    newest: (limit) => {
      asked.push(`newest ${limit}`);
      return feed.newest(limit);
    },
    take: (after, limit, before) => {
      asked.push(`${limit} after ${after}, before ${before}`);
      return feed.take(after, limit, before);
    },
    forget: (seqs, untold) => {
      asked.push(`forget ${seqs.length}`);
      return feed.forget(seqs, untold);
    },
    postpone: (seqs) => {
      asked.push(`postpone ${seqs.length}`);
      return feed.postpone(seqs);
    },
  };
  let told = 0;
  const { value } = await workOffChangeFeed(
    {
      feed: watched,
      accounts: {
        catchUp: async (id) => {
          now += perCall;
          if (poisoned.has(id)) throw new Error("this one never answers");
          told += 1;
          return "known";
        },
      },
      clock: () => now,
      notify: () => undefined,
      notCaughtUp: () => undefined,
    },
    SYSTEM,
  );
  return { asked, told, ...value };
}

describe("a run of the change feed", () => {
  it("begins with the newest and goes on from the oldest, each batch after the one before", async () => {
    const { asked } = await run(350);
    expect(asked).toEqual([
      "newest 100",
      "forget 100",
      "100 after 0, before 251",
      "forget 100",
      "100 after 100, before 251",
      "forget 100",
      "100 after 200, before 251",
      "forget 50",
    ]);
  });

  it("asks for no more than there is, and forgets and postpones nothing that is not", async () => {
    expect((await run(0)).asked).toEqual(["newest 100"]);
    expect((await run(30)).asked).toEqual(["newest 100", "forget 30"]);
    expect((await run(30, { bad: 30 })).asked).toEqual(["newest 100", "postpone 30"]);
    expect((await run(30, { bad: 10 })).asked).toEqual(["newest 100", "forget 20", "postpone 10"]);
  });

  it("tells five hundred accounts at most, those among them that fail", async () => {
    expect(await run(2_000)).toMatchObject({ caughtUp: 500, failed: 0, isMore: true });
    expect(await run(2_000, { bad: 2_000 })).toMatchObject({ caughtUp: 0, failed: 500 });
    expect(await run(2_000, { bad: 100 })).toMatchObject({ caughtUp: 400, failed: 100 });
  });

  it("counts those that it told, where there was no time for all", async () => {
    const { told, caughtUp, isMore } = await run(90, { perCall: 1_000 });
    expect(caughtUp).toBe(told);
    expect(told).toBeLessThan(90);
    expect(isMore).toBe(true);
  });
});
