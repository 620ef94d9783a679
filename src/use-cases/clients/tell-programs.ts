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

export type TellNowDeps = TellDeps & {
  /** Called with an account that could not be told, and why: it stays in the feed. */
  readonly programNotCaughtUp: (id: ServiceAccountId, error: unknown) => void;
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
 * The same before the reply to a change. An account whose row cannot be read is reported and holds
 * up nobody: its object vouches for it no more.
 *
 * @throws Unavailable when one could not be told; the cron goes on
 */
async function tellNow(deps: TellNowDeps, whom: Concerned): Promise<void> {
  const { failed, left } = await tellPrograms(deps, whom, MOST_BEFORE_REPLY);
  for (const [id, reason] of failed) {
    if (reason instanceof Unavailable) throw reason;
    deps.programNotCaughtUp(id, reason);
  }
  if (left > 0) throw new Unavailable("service account");
}

/**
 * A change, which counts when it returns. Whatever became of it, those whom it concerns are told:
 * it may have been made before and have broken off, or be made although its reply was lost.
 */
export async function andTell<R>(
  deps: TellNowDeps,
  whom: Concerned,
  change: Promise<R>,
): Promise<R> {
  const outcome = await change.catch(async (error) => {
    await tellNow(deps, whom).catch(() => undefined);
    throw error;
  });
  await tellNow(deps, whom);
  return outcome;
}
