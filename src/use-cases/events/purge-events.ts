import type { Actor } from "../../domain/access/actor.ts";
import { type Ok, ok } from "../../domain/result.ts";
import { inBatches } from "../in-batches.ts";
import type { Clock } from "../outside.ts";
import type { AuditTrail, DeadLetters, Erasures } from "./ports.ts";

/** Of the few that are dealt with once a run. */
const BATCH = 500;

/** Milliseconds for which mail that did not leave may still be sent: then it names somebody in vain. */
const DEAD_MAIL_KEPT = 24 * 60 * 60 * 1_000;

export type PurgeDeps = {
  readonly audit: Pick<AuditTrail, "removeBefore">;
  readonly erasures: Pick<Erasures, "forget">;
  readonly deadLetters: Pick<DeadLetters, "dropMail" | "removeBefore">;
  readonly clock: Clock;
  /** Milliseconds. */
  readonly auditRetention: number;
};

/**
 * Removes events that are older than they are kept, and dead letters as old, and takes the mail out
 * of dead letters after a day; the next run goes on. An event from before a deletion that is as old
 * would be removed as well, so nobody need know any more who was deleted.
 */
export async function purgeEvents(deps: PurgeDeps, _actor: Actor): Promise<Ok<number>> {
  const before = deps.clock() - deps.auditRetention;
  await deps.deadLetters.dropMail(deps.clock() - DEAD_MAIL_KEPT, BATCH);
  await deps.deadLetters.removeBefore(before, BATCH);
  const removed = await inBatches((limit) => deps.audit.removeBefore(before, limit));
  await deps.erasures.forget(before, BATCH);
  return ok(removed);
}
