import type { Actor } from "../../domain/access/actor.ts";
import type { UserId } from "../../domain/ids.ts";
import { type Ok, ok } from "../../domain/result.ts";
import type { Accounts, ChangeFeed, NotedChange } from "./ports.ts";

// An invocation may make 1,000 subrequests (Workers, "Subrequests"): one an account, two a batch.

/** Entries in a batch. */
const BATCH = 100;

/** Accounts told in a run, at most. */
const MAX_ACCOUNTS = 900;

/** Batches in a run, at most: an account may have many entries. */
const MAX_BATCHES = 40;

/** Accounts told at the same time. */
const AT_ONCE = 6;

export type CatchUpDeps = {
  readonly feed: ChangeFeed;
  readonly accounts: Pick<Accounts, "catchUp">;
  /** Called with an account that could not be told, and why: it stays in the feed. */
  readonly notCaughtUp: (userId: UserId, error: unknown) => void;
};

/** @property isMore whether a run had to stop before the end of the feed */
export type CatchUpProgress = {
  readonly caughtUp: number;
  readonly failed: number;
  readonly isMore: boolean;
};

/**
 * Tells the objects of accounts that were changed outside the service, which then take over their
 * rows. An entry is forgotten only after its object did: a crash repeats some, which is harmless.
 * The next run takes what is left.
 *
 * @throws Unavailable when the feed does not answer
 */
export async function workOffChangeFeed(
  deps: CatchUpDeps,
  _actor: Actor,
): Promise<Ok<CatchUpProgress>> {
  const failed: NotedChange[] = [];
  let told = 0;
  let failures = 0;
  let isMore = true;
  let after = 0;
  for (let batch = 0; isMore && batch < MAX_BATCHES && told + BATCH <= MAX_ACCOUNTS; batch++) {
    const entries = await deps.feed.take(after, BATCH);
    const outcome = await tell(deps, entries);
    if (outcome.done.length > 0) await deps.feed.forget(outcome.done.map(({ seq }) => seq));
    failed.push(...outcome.failed);
    told += outcome.told;
    failures += outcome.failures;
    after = entries.at(-1)?.seq ?? after;
    isMore = entries.length === BATCH;
  }
  if (failed.length > 0) await deps.feed.postpone(failed.map(({ seq }) => seq));
  return ok({ caughtUp: told - failures, failed: failures, isMore });
}

/** Tells each account once, however often it was noted. */
async function tell(deps: CatchUpDeps, entries: readonly NotedChange[]) {
  const ids = new Set(entries.map(({ userId }) => userId).filter((id) => id !== null));
  const failing = new Set<UserId>();
  await eachOf([...ids], async (userId) => {
    try {
      await deps.accounts.catchUp(userId);
    } catch (error) {
      failing.add(userId);
      deps.notCaughtUp(userId, error);
    }
  });
  const isFailed = ({ userId }: NotedChange) => userId !== null && failing.has(userId);
  return {
    told: ids.size,
    failures: failing.size,
    done: entries.filter((entry) => !isFailed(entry)),
    failed: entries.filter(isFailed),
  };
}

async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
