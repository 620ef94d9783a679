import type { Actor } from "../../domain/access/actor.ts";
import { type Ok, ok } from "../../domain/result.ts";
import type { DeadLetters } from "../events/ports.ts";
import type { Clock } from "../outside.ts";
import { MAIL_MEMORY } from "./send-once.ts";

/** Letters in a run; the next goes on. */
const BATCH = 1_000;

export type ForgetDeadRequestsDeps = {
  readonly deadLetters: Pick<DeadLetters, "forgetRequests">;
  readonly clock: Clock;
};

/** Forgets requests for mail that came to nothing a day ago. */
export async function forgetDeadRequests(
  { deadLetters, clock }: ForgetDeadRequestsDeps,
  _actor: Actor,
): Promise<Ok<null>> {
  await deadLetters.forgetRequests(clock() - MAIL_MEMORY, BATCH);
  return ok(null);
}
