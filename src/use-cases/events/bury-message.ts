import type { Actor } from "../../domain/access/actor.ts";
import { type Ok, ok } from "../../domain/result.ts";
import type { Clock } from "../outside.ts";
import type { DeadLetters } from "./ports.ts";

export type BuryDeps = { readonly deadLetters: DeadLetters; readonly clock: Clock };

/** Why a message died that was well: its event was not stored, or its mail did not leave. */
export const NOT_DELIVERED = "not_delivered";

/** Keeps a message that no try could deliver, for the operator to have sent again. */
export async function buryMessage(
  deps: BuryDeps,
  _actor: Actor,
  id: string,
  message: unknown,
  reason: string,
): Promise<Ok<null>> {
  await deps.deadLetters.keep(id, message, reason, deps.clock());
  return ok(null);
}
