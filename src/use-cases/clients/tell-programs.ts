import type { ServiceAccountId } from "../../domain/ids.ts";
import { isYounger } from "../../domain/time.ts";
import { eachOf } from "../each-of.ts";
import { type Clock, Unavailable } from "../outside.ts";
import type { Concerned, ProgramFeed, Programs } from "./ports.ts";

/** Milliseconds after which no further account is told. */
const LONGEST_RUN = 45_000;

/** Accounts told before a reply, at most: an invocation may make 1,000 subrequests. */
const MOST_BEFORE_REPLY = 900;

export type TellDeps = {
  readonly programFeed: ProgramFeed;
  /** Answers or throws within a time of its own. */
  readonly programs: Pick<Programs, "catchUp">;
  readonly clock: Clock;
};

/**
 * @property failed those that could not be told, and why
 * @property left how many there was no time for, or no call left
 */
type Told = {
  readonly told: number;
  readonly failed: ReadonlyMap<ServiceAccountId, unknown>;
  readonly left: number;
};

/**
 * Tells the objects of service accounts that changed, which then read their rows. What was noted is
 * forgotten only then: a crash repeats some, which is harmless.
 *
 * @param most accounts told, at most: each costs a call
 * @throws Unavailable when the feed does not answer
 */
export async function tellPrograms(
  { programFeed, programs, clock }: TellDeps,
  whom: Concerned,
  most: number,
): Promise<Told> {
  const noted = await programFeed.noted(whom);
  if (noted === null) return { told: 0, failed: new Map(), left: 0 };
  const begun = clock();
  const left = new Set(noted.ids);
  const failed = new Map<ServiceAccountId, unknown>();
  await eachOf(noted.ids.slice(0, most), async (id) => {
    if (!isYounger(begun, clock(), LONGEST_RUN)) return;
    left.delete(id);
    try {
      await programs.catchUp(id);
    } catch (error) {
      failed.set(id, error);
    }
  });
  // Those that failed come last, so that they are in nobody's way.
  const untold = [...left, ...failed.keys()];
  await programFeed.forget(whom, noted, untold);
  return { told: noted.ids.length - untold.length, failed, left: left.size };
}

/**
 * The same before the reply to a change, whatever became of it: one that was made before and broke
 * off is told as well.
 *
 * @throws Unavailable when one could not be told; the cron goes on
 */
export async function tellNow(deps: TellDeps, whom: Concerned): Promise<void> {
  const { failed, left } = await tellPrograms(deps, whom, MOST_BEFORE_REPLY);
  for (const reason of failed.values()) throw reason;
  if (left > 0) throw new Unavailable("service account");
}

/** A change of one account, which counts when it returns. */
export async function andTell<R>(
  deps: TellDeps,
  id: ServiceAccountId,
  change: Promise<R>,
): Promise<R> {
  const outcome = await change;
  await tellNow(deps, { kind: "account", id });
  return outcome;
}
