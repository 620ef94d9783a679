import type { Actor } from "../../domain/access/actor.ts";
import { err, type Reason, type Result } from "../../domain/result.ts";
import type { Actors } from "./ports.ts";

/**
 * Times that a change is decided, when what it was decided on changed meanwhile. In each round one
 * of those who change the same thing at once is done.
 */
const MAX_ROUNDS = 10;

/**
 * Decides a change, and anew where something moved before it was made. It may have been the right
 * of whoever acts: once that was taken, nothing that was under way is done with it.
 */
export async function inRounds<R extends Result<unknown, Reason>>(
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
