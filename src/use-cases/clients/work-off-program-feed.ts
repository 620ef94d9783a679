import type { Actor } from "../../domain/access/actor.ts";
import type { ServiceAccountId } from "../../domain/ids.ts";
import { type Ok, ok } from "../../domain/result.ts";
import { type TellDeps, tellPrograms } from "./tell-programs.ts";

export type WorkOffProgramsDeps = TellDeps & {
  /** Called with an account that could not be told, and why: it stays in the feed. */
  readonly programNotCaughtUp: (id: ServiceAccountId, error: unknown) => void;
};

/**
 * Tells the objects of service accounts that other hands changed, or whose change broke off. There
 * are so few service accounts that a run takes all.
 *
 * @throws Unavailable when the feed does not answer
 */
export async function workOffProgramFeed(
  deps: WorkOffProgramsDeps,
  _actor: Actor,
): Promise<Ok<{ readonly caughtUp: number; readonly failed: number }>> {
  const { told, untold } = await tellPrograms(deps, { kind: "everybody" });
  for (const [id, error] of untold) deps.programNotCaughtUp(id, error);
  return ok({ caughtUp: told, failed: untold.size });
}
