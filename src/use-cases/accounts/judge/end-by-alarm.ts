import { purgeProofs } from "../../credentials/count-proofs.ts";
import { purgeSpent } from "../../credentials/take-factor.ts";
import { removeEnded } from "../../sessions/judge-session.ts";
import {
  forgetAt,
  isSettled,
  type JudgeDeps,
  knownAuthority,
  reconcile,
} from "./keep-authority.ts";
import { nextWake, wakeNext } from "./wake.ts";

/**
 * Sends the events that nobody confirmed, looks into a change that was left half made and purges
 * what has ended. An expired tombstone takes everything with it.
 */
export async function endByAlarm(deps: JudgeDeps): Promise<void> {
  const { store, clock } = deps;
  const dueAt = store.outbox.dueAt();
  if (dueAt !== null && dueAt <= clock()) store.outbox.sendAgain();
  await settleIntent(deps);
  purgeProofs(store.proofs, clock());
  purgeSpent(store.secondFactors, clock());
  // An object that does not know its user has no table of sessions.
  if (knownAuthority(deps) !== null) removeEnded(store.sessions, clock());
  if (isOver(deps)) await store.erase();
  else wakeNext(deps);
}

/**
 * Whoever asked for a change that broke off may not call again. What goes wrong here is met, and
 * told, by the next call.
 */
async function settleIntent(deps: JudgeDeps): Promise<void> {
  const to = deps.store.authority.intent()?.to;
  if (to === undefined) return;
  await reconcile(deps, to).catch(() => undefined);
}

/** True when nothing is left that anybody could ask for, and every event was stored. */
function isOver(deps: JudgeDeps): boolean {
  const { store, clock } = deps;
  if (store.outbox.dueAt() !== null || !isSettled(deps)) return false;
  const goesAt = forgetAt(deps);
  if (goesAt !== null) return goesAt <= clock();
  return knownAuthority(deps) === null && store.outbox.isUnused() && nextWake(deps) === null;
}
