import type { Actor } from "../../domain/access/actor.ts";
import { type Ok, ok } from "../../domain/result.ts";
import { type TellNowDeps, tellPrograms } from "./tell-programs.ts";

/** Accounts told in a run, at most: people's accounts are told by the same invocation. */
const MAX_ACCOUNTS = 100;

/** @property isMore whether a run had to stop before the end of the feed */
type ProgramProgress = {
  readonly caughtUp: number;
  readonly failed: number;
  readonly isMore: boolean;
};

/**
 * Tells the objects of service accounts that other hands changed, or whose change broke off. The
 * next run takes what is left.
 *
 * @throws Unavailable when the feed does not answer
 */
export async function workOffProgramFeed(
  deps: TellNowDeps,
  _actor: Actor,
): Promise<Ok<ProgramProgress>> {
  const { told, failed, left } = await tellPrograms(deps, { kind: "everybody" }, MAX_ACCOUNTS);
  for (const [id, error] of failed) deps.programNotCaughtUp(id, error);
  return ok({ caughtUp: told, failed: failed.size, isMore: left > 0 });
}
