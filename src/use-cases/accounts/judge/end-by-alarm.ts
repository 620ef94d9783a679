import { nextForgotten, purgeProofs } from "../../credentials/count-proofs.ts";
import { removeEnded } from "../../sessions/judge-session.ts";
import { forgetAt, type JudgeDeps, knownAuthority } from "./keep-authority.ts";

/** Purges what has ended. An expired tombstone takes everything with it. */
export async function endByAlarm(deps: JudgeDeps): Promise<void> {
  const { store, clock } = deps;
  const goesAt = forgetAt(deps);
  const now = clock();
  // This may be an alarm set for a session before the deletion.
  if (goesAt !== null && goesAt > now) return store.wakeAt(goesAt);
  purgeProofs(store.proofs, now);
  const isKnown = knownAuthority(deps) !== null;
  if (isKnown) removeEnded(store.sessions, now);
  const next = nextEnd(deps);
  if (goesAt !== null || (next === null && !isKnown)) await store.erase();
  else if (next !== null) store.wakeAt(next);
}

/** Sets the alarm when this end comes before every other. */
export function wakeFor(deps: JudgeDeps, time: number): void {
  if (nextEnd(deps) === time) deps.store.wakeAt(time);
}

/** When the next thing here ends (Unix milliseconds), or null when nothing does. */
function nextEnd(deps: JudgeDeps): number | null {
  const { sessions, proofs } = deps.store;
  const session = knownAuthority(deps) === null ? null : sessions.nextEnd();
  const times = [session, nextForgotten(proofs)].filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}
