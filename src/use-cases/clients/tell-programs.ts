import type { ServiceAccountId } from "../../domain/ids.ts";
import { isYounger } from "../../domain/time.ts";
import { eachOf } from "../each-of.ts";
import { type Clock, Unavailable } from "../outside.ts";
import type { Concerned, ProgramFeed, Programs } from "./ports.ts";

/** Milliseconds after which no further account is told. */
const LONGEST_RUN = 45_000;

export type TellDeps = {
  readonly programFeed: ProgramFeed;
  /** Answers or throws within a time of its own. */
  readonly programs: Pick<Programs, "catchUp">;
  readonly clock: Clock;
};

/** @property untold those that could not be told, and why; null where there was no time left */
export type Told = {
  readonly told: number;
  readonly untold: ReadonlyMap<ServiceAccountId, unknown>;
};

/**
 * Tells the objects of service accounts that changed, which then read their rows. What was noted is
 * forgotten only then: a crash repeats some, which is harmless.
 *
 * @throws Unavailable when the feed does not answer
 */
export async function tellPrograms(
  { programFeed, programs, clock }: TellDeps,
  whom: Concerned,
): Promise<Told> {
  const noted = await programFeed.noted(whom);
  if (noted === null) return { told: 0, untold: new Map() };
  const begun = clock();
  const untold = new Map<ServiceAccountId, unknown>(noted.ids.map((id) => [id, null]));
  await eachOf(noted.ids, async (id) => {
    if (!isYounger(begun, clock(), LONGEST_RUN)) return;
    try {
      await programs.catchUp(id);
      untold.delete(id);
    } catch (error) {
      untold.set(id, error);
    }
  });
  await programFeed.forget(whom, noted, [...untold.keys()]);
  return { told: noted.ids.length - untold.size, untold };
}

/**
 * The same before the reply to a change, whatever became of it: one that was made before and broke
 * off is told as well.
 *
 * @throws Unavailable when one could not be told; the cron goes on
 */
export async function tellNow(deps: TellDeps, whom: Concerned): Promise<void> {
  const { untold } = await tellPrograms(deps, whom);
  const [reason] = untold.values();
  if (untold.size > 0) throw reason ?? new Unavailable("service account");
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
