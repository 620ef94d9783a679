import { nextForgotten } from "../../credentials/count-proofs.ts";
import { nextSpent } from "../../credentials/take-factor.ts";
import type { JudgeDeps } from "./keep-authority.ts";

/** Milliseconds after which a change that was begun and not settled is looked into. */
const INTENT_PATIENCE = 30_000;

/** Sets the alarm for whatever comes next here, if anything does. */
export function wakeNext(deps: JudgeDeps): void {
  const next = nextWake(deps);
  if (next !== null) deps.store.wakeAt(next);
}

/** When the next thing is due here (Unix milliseconds), or null when nothing is. */
export function nextWake({ store, clock }: JudgeDeps): number | null {
  const { authority, outbox, proofs, secondFactors, sessions } = store;
  const copy = authority.copy();
  const isGone = copy?.authority.status === "deleted";
  const times = [
    outbox.dueAt(),
    // One that older code began names nobody to look into: the next call does.
    authority.intent()?.to === undefined ? null : clock() + INTENT_PATIENCE,
    isGone ? (copy.forgetAt ?? copy.checkedAt) : nextForgotten(proofs),
    isGone ? null : nextSpent(secondFactors),
    isGone || copy === null ? null : sessions.nextEnd(),
  ].filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}
