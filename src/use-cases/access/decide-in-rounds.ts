import type { Actor } from "../../domain/access/actor.ts";
import { err, type Reason, type Result } from "../../domain/result.ts";
import type { Actors } from "./ports.ts";

/**
 * Rounds of deciding a change anew when what it was decided on has changed. Of changes to the same
 * thing at once, each round completes one.
 */
const MAX_ROUNDS = 10;

/**
 * Decides a change, and again when something moved before the write: perhaps the actor's own
 * permission.
 */
export async function decideInRounds<R extends Result<unknown, Reason>>(
  actors: Actors,
  actor: Actor,
  decide: () => Promise<R | "moved">,
): Promise<R | Result<never, "forbidden" | "conflict">> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const decided = await decide();
    if (decided !== "moved") return decided;
    if (!(await actors.stillAct(actor))) return err("forbidden");
  }
  return err("conflict");
}
