import type { Actor } from "../../domain/access/actor.ts";
import { type Ok, ok } from "../../domain/result.ts";
import type { Clock } from "../outside.ts";
import type { AuditTrail, Erasures } from "./ports.ts";

/** Events removed in one statement, which stays far inside D1's limits, and at most in a run. */
const BATCH = 500;
const MAX_BATCHES = 20;

export type PurgeDeps = {
  readonly audit: Pick<AuditTrail, "removeBefore">;
  readonly erasures: Pick<Erasures, "forget">;
  readonly clock: Clock;
  /** Milliseconds. */
  readonly auditRetention: number;
};

/**
 * Removes events that are older than they are kept; the next run goes on. An event from before a
 * deletion that is as old would be removed as well, so nobody need know any more who was deleted.
 */
export async function purgeEvents(deps: PurgeDeps, _actor: Actor): Promise<Ok<number>> {
  const before = deps.clock() - deps.auditRetention;
  let removed = 0;
  for (let batch = 1; batch <= MAX_BATCHES; batch++) {
    removed += await deps.audit.removeBefore(before, BATCH);
    if (removed < batch * BATCH) break;
  }
  await deps.erasures.forget(before, BATCH);
  return ok(removed);
}
