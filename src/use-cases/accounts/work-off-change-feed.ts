import type { Actor } from "../../domain/access/actor.ts";
import type { UserId } from "../../domain/ids.ts";
import { type Ok, ok } from "../../domain/result.ts";
import type { Notify } from "../events/ports.ts";
import type { Clock } from "../outside.ts";
import { type CatchUpProgress, tellEach } from "../tell-each.ts";
import type { Accounts, ChangeFeed, NotedChange } from "./ports.ts";

// One call an account, and some a batch: of those that an invocation may make other jobs have
// shares, too (FEED_JOBS in core/config/constants.ts).

/** Entries in a batch. */
const BATCH = 100;

/** Accounts told in a run, at most. */
export const MAX_ACCOUNTS = 500;

/** Batches in a run, at most: an account may have many entries. */
const MAX_BATCHES = 8;

export type WorkOffDeps = {
  readonly feed: ChangeFeed;
  /** Answers or throws within a time of its own. */
  readonly accounts: Pick<Accounts, "catchUp">;
  readonly clock: Clock;
  readonly notify: Notify;
  /** Called with an account that could not be told, and why: it stays in the feed. */
  readonly notCaughtUp: (userId: UserId, error: unknown) => void;
};

/**
 * Tells the objects of accounts that were changed outside the service, which then take over their
 * rows. An entry is forgotten only after its object did: a crash repeats some, which is harmless.
 * The next run takes what is left. The newest come first, so that one change does not wait for a
 * mass of others, and then the oldest.
 *
 * @throws Unavailable when the feed does not answer
 */
export async function workOffChangeFeed(
  deps: WorkOffDeps,
  actor: Actor,
): Promise<Ok<CatchUpProgress>> {
  const { feed, notify } = deps;
  const marks = await feed.clearMarks();
  if (marks > 0) notify({ event: "own_changes_left_behind", actor, marks });

  const run: Run = { begun: deps.clock(), caughtUp: 0, failed: 0, isCutShort: false };
  let entries = await feed.newest(BATCH);
  await workOff(deps, run, entries);
  // What fails is noted again behind these, and so is no longer met in this run.
  const before = entries.at(-1)?.seq;
  let after = 0;
  for (let batch = 1; entries.length === BATCH && mayGoOn(run, batch); batch++) {
    entries = await feed.take(after, BATCH, before);
    await workOff(deps, run, entries);
    after = entries.at(-1)?.seq ?? after;
  }
  const { caughtUp, failed, isCutShort } = run;
  return ok({ caughtUp, failed, isMore: isCutShort || entries.length === BATCH });
}

/** @property isCutShort set once the run has taken as long as it may */
type Run = { readonly begun: number; caughtUp: number; failed: number; isCutShort: boolean };

const mayGoOn = ({ caughtUp, failed, isCutShort }: Run, batch: number): boolean =>
  !isCutShort && batch < MAX_BATCHES && caughtUp + failed + BATCH <= MAX_ACCOUNTS;

/** Tells each account once, however often it was noted. */
async function workOff(
  { feed, accounts, clock, notCaughtUp }: WorkOffDeps,
  run: Run,
  entries: readonly NotedChange[],
): Promise<void> {
  const ids = new Set(entries.map(({ userId }) => userId).filter((id) => id !== null));
  const untold: UserId[] = [];
  const told = await tellEach([...ids], run.begun, clock, async (id) => {
    if ((await accounts.catchUp(id)) === "unknown") untold.push(id);
  });
  for (const [id, error] of told.failed) notCaughtUp(id, error);
  run.failed += told.failed.size;
  run.caughtUp += ids.size - told.failed.size - told.left.size;
  run.isCutShort ||= told.left.size > 0;
  const outcomeOf = (id: UserId | null) => {
    if (id === null) return "caught up";
    if (told.failed.has(id)) return "failed";
    return told.left.has(id) ? null : "caught up";
  };
  const seqs = (wanted: "caught up" | "failed") =>
    entries.filter(({ userId }) => outcomeOf(userId) === wanted).map(({ seq }) => seq);
  const [done, failed] = [seqs("caught up"), seqs("failed")];
  if (done.length > 0) await feed.forget(done, untold);
  if (failed.length > 0) await feed.postpone(failed);
}
