import type { Actor } from "../../domain/access/actor.ts";
import { type Ok, ok } from "../../domain/result.ts";
import type { CatchUpProgress } from "../tell-each.ts";
import { type TellDeps, tellPrograms } from "./tell-programs.ts";

/** Accounts told in a run, at most: people's accounts are told by the same invocation. */
export const MAX_ACCOUNTS = 100;

/**
 * Tells the objects of service accounts that other hands changed, or whose change broke off. The
 * next run takes what is left.
 *
 * @throws Unavailable when the feed does not answer
 */
export async function workOffProgramFeed(
  deps: TellDeps,
  _actor: Actor,
): Promise<Ok<CatchUpProgress>> {
  const { told, failed, left } = await tellPrograms(deps, { kind: "everybody" }, MAX_ACCOUNTS);
  return ok({ caughtUp: told, failed: failed.size, isMore: left > 0 });
}
