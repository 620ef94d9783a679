import type { Actor } from "../../domain/access/actor.ts";
import { type Ok, ok } from "../../domain/result.ts";
import type { Clock } from "../outside.ts";
import type { AuditTrail } from "./ports.ts";

/** Events removed in one statement, which stays far inside D1's limits, and at most in a run. */
const BATCH = 500;
const MAX_BATCHES = 20;

export type PurgeDeps = {
  readonly audit: Pick<AuditTrail, "removeBefore">;
  readonly clock: Clock;
  /** Milliseconds. */
  readonly auditRetention: number;
};

/** Removes events that are older than they are kept; the next run goes on. */
export async function purgeEvents(deps: PurgeDeps, _actor: Actor): Promise<Ok<number>> {
  const before = deps.clock() - deps.auditRetention;
  let removed = 0;
  for (let batch = 1; batch <= MAX_BATCHES; batch++) {
    removed += await deps.audit.removeBefore(before, BATCH);
    if (removed < batch * BATCH) break;
  }
  return ok(removed);
}
