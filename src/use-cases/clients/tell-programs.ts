import type { ServiceAccountId } from "../../domain/ids.ts";
import { type Clock, Unavailable } from "../outside.ts";
import { tellEach } from "../tell-each.ts";
import type { Concerned, ProgramFeed, Programs } from "./ports.ts";

/** Accounts told before a reply, at most: an invocation may make 1,000 subrequests. */
const MOST_BEFORE_REPLY = 900;

export type TellDeps = {
  readonly programFeed: ProgramFeed;
  /** Answers or throws within a time of its own. */
  readonly programs: Pick<Programs, "catchUp">;
  readonly clock: Clock;
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
  { programFeed, programs, clock, programNotCaughtUp }: TellDeps,
  whom: Concerned,
  most: number,
): Promise<Told> {
  const noted = await programFeed.noted(whom);
  if (noted === null) return { told: 0, failed: new Map(), left: 0 };
  const [tried, beyond] = [noted.ids.slice(0, most), noted.ids.slice(most)];
  const tell = (id: ServiceAccountId) => programs.catchUp(id);
  const { failed, left } = await tellEach(tried, clock(), clock, tell);
  for (const [id, error] of failed) programNotCaughtUp(id, error);
  // Those that failed come last, so that they are in nobody's way.
  const untold = [...left, ...beyond, ...failed.keys()];
  await programFeed.forget(whom, noted, untold);
  return { told: noted.ids.length - untold.length, failed, left: left.size + beyond.length };
}

/**
 * The same before the reply to a change. An account whose row cannot be read holds up nobody: its
 * object vouches for it no more.
 *
 * @throws Unavailable when one could not be told; the cron goes on
 */
async function tellNow(deps: TellDeps, whom: Concerned): Promise<void> {
  const { failed, left } = await tellPrograms(deps, whom, MOST_BEFORE_REPLY);
  const outage = [...failed.values()].find((reason) => reason instanceof Unavailable);
  if (outage !== undefined) throw outage;
  if (left > 0) throw new Unavailable("service account");
}

/**
 * A change, which counts when it returns. Whatever became of it, those whom it concerns are told:
 * it may have been made before and have broken off, or be made although its reply was lost.
 */
export async function thenTell<R>(deps: TellDeps, whom: Concerned, change: Promise<R>): Promise<R> {
  const outcome = await change.catch(async (error) => {
    await tellNow(deps, whom).catch(() => undefined);
    throw error;
  });
  await tellNow(deps, whom);
  return outcome;
}

/** An edit of a role, which counts for all who hold it when it returns. */
export const tellingHolders =
  (deps: TellDeps) =>
  <R>(role: string, edit: Promise<R>): Promise<R> =>
    thenTell(deps, { kind: "role", name: role }, edit);
