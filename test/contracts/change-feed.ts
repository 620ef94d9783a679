import { beforeEach, describe, expect, it } from "vitest";
import type { UserId } from "../../src/domain/ids.ts";
import type { ChangeFeed } from "../../src/use-cases/accounts/ports.ts";
import { someUserId } from "../support/samples.ts";

/** @property note what a trigger does when other hands change a row */
export type FeedHarness = {
  readonly feed: ChangeFeed;
  readonly note: (...userIds: string[]) => Promise<unknown>;
  readonly mark: (userId: string) => Promise<unknown>;
};

/** @param make gives an empty feed */
export function changeFeedContract(make: () => Promise<FeedHarness>): void {
  describe("ChangeFeed", () => {
    let on: FeedHarness;

    beforeEach(async () => {
      on = await make();
    });

    const some = (count: number): UserId[] => Array.from({ length: count }, someUserId);
    const taken = async () => (await on.feed.take(0, 1_000)).map(({ userId }) => userId);
    const seqs = async () => (await on.feed.take(0, 1_000)).map(({ seq }) => seq);

    it("is taken in the order in which it was noted, from a place on and no more than asked", async () => {
      const ids = some(5);
      await on.note(...ids);
      const first = await on.feed.take(0, 2);
      const next = await on.feed.take(first.at(-1)?.seq ?? 0, 2);
      expect([...first, ...next].map(({ userId }) => userId)).toEqual(ids.slice(0, 4));
      expect(await taken()).toEqual(ids);
      expect(await on.feed.take(Number.MAX_SAFE_INTEGER, 2)).toEqual([]);
    });

    it("forgets what it is told to and nothing else, as often as it is told", async () => {
      const [one, two, three] = some(3);
      await on.note(`${one}`, `${two}`, `${three}`);
      const [, second] = await seqs();
      for (let i = 0; i < 2; i++) await on.feed.forget([second ?? 0]);
      expect(await taken()).toEqual([one, three]);
    });

    it("an account noted again while it is worked off is not forgotten with the entry before", async () => {
      const [one] = some(1);
      await on.note(`${one}`);
      const before = await seqs();
      await on.note(`${one}`);
      await on.feed.forget(before);
      expect(await taken()).toEqual([one]);
    });

    it("gives no number twice, though everything was forgotten", async () => {
      const [one, two] = some(2);
      await on.note(`${one}`);
      const before = await seqs();
      await on.feed.forget(before);
      await on.note(`${two}`);
      await on.feed.forget(before);
      expect(await taken()).toEqual([two]);
    });

    it("what is postponed comes last, once an account", async () => {
      const [one, two] = some(2);
      await on.note(`${one}`, `${two}`, `${one}`);
      const [first, , third] = await seqs();
      await on.feed.postpone([first ?? 0, third ?? 0]);
      expect(await taken()).toEqual([two, one]);
    });

    it("what was forgotten meanwhile is not postponed", async () => {
      const [one] = some(1);
      await on.note(`${one}`);
      const before = await seqs();
      await on.feed.forget(before);
      await on.feed.postpone(before);
      expect(await taken()).toEqual([]);
    });

    it("gives the newest first, and of the oldest no more than stand before a place", async () => {
      const ids = some(5);
      await on.note(...ids);
      const newest = await on.feed.newest(2);
      expect(newest.map(({ userId }) => userId)).toEqual([ids[4], ids[3]]);
      const older = await on.feed.take(0, 10, newest.at(-1)?.seq);
      expect(older.map(({ userId }) => userId)).toEqual(ids.slice(0, 3));
    });

    it("notes what a mark left by hand may have hidden, and takes it away", async () => {
      const [one] = some(1);
      await on.mark(`${one}`);
      expect(await on.feed.clearMarks()).toBe(1);
      expect(await taken()).toEqual([one]);
      expect(await on.feed.clearMarks()).toBe(0);
      expect(await taken()).toEqual([one]);
    });

    it("says where what was noted is nobody's id", async () => {
      await on.note("somebody");
      expect(await taken()).toEqual([null]);
    });
  });
}
