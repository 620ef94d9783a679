import type { Actor } from "../../domain/access/actor.ts";
import { type Ok, ok } from "../../domain/result.ts";
import { type EraseDeps, eraseContext } from "./erase-context.ts";
import type { Erasures } from "./ports.ts";

/** Users at once, and batches of their events in a run. */
const USERS = 100;
const MAX_BATCHES = 20;

export type FinishErasuresDeps = EraseDeps & { readonly erasures: Pick<Erasures, "unfinished"> };

/** Goes on with the users whose events were too many for the message that told of their deletion. */
export async function finishErasures(deps: FinishErasuresDeps, _actor: Actor): Promise<Ok<null>> {
  const ids = await deps.erasures.unfinished(USERS);
  if (ids.length > 0) await eraseContext(deps, ids, MAX_BATCHES);
  return ok(null);
}
