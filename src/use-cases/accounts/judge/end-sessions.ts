import { ANYONE } from "../../../domain/access/actor.ts";
import type { Cause, What } from "../../../domain/events/event.ts";
import { endSessions } from "../../sessions/judge-session.ts";
import type { RefreshCommand, SessionsSelection } from "../../sessions/ports.ts";
import type { Addressed } from "../ports.ts";
import type { JudgeDeps } from "./keep-authority.ts";
import { happened } from "./tell-events.ts";
import { wakeNext } from "./wake.ts";

/** @returns how many ended; where none did, nothing happened */
export function endAndTell(
  deps: JudgeDeps,
  { userId }: Addressed,
  which: SessionsSelection,
  cause: Cause,
): number {
  const { store } = deps;
  let ended = 0;
  store.atomically(() => {
    ended = endSessions(store.sessions, which);
    if (ended === 0) return;
    store.outbox.add(happened(deps, userId, cause, revoked(which, ended)));
  });
  if (ended > 0) wakeNext(deps);
  return ended;
}

function revoked(which: SessionsSelection, ended: number): What {
  const type = "session.revoked";
  if (which === "all") return { type, data: { scope: "all", ended } };
  if ("only" in which) return { type, data: { scope: "one", session_id: which.only, ended } };
  return { type, data: { scope: "others", session_id: which.allExcept, ended } };
}

/** What was noticed of a refresh token. One that was reused ends its session in the same step. */
export function tellOfToken(
  deps: JudgeDeps,
  type: "refresh.reused" | "refresh.replayed_elsewhere",
  { userId }: Addressed,
  { sessionId, clientId, device, requestId }: RefreshCommand,
): void {
  const { store } = deps;
  const { kind, id } = ANYONE;
  const cause = { actor: { kind, id }, context: { ...device, requestId } };
  const data = { session_id: sessionId, client_id: clientId };
  const outcome = type === "refresh.reused" ? "failure" : "success";
  store.atomically(() => {
    if (type === "refresh.reused") store.sessions.remove(sessionId);
    store.outbox.add(happened(deps, userId, cause, { type, outcome, data }));
  });
  wakeNext(deps);
}
