import { sameAuthority } from "../../../domain/accounts/authority.ts";
import type { Cause } from "../../../domain/events/event.ts";
import { grantOf, newSession } from "../../sessions/judge-session.ts";
import type { NewSession, OpenAnswer, OpenSession, StoredSession } from "../../sessions/ports.ts";
import type { Addressed } from "../ports.ts";
import { isSettled, type JudgeDeps, knownAuthority, reconcile } from "./keep-authority.ts";
import { happened } from "./tell-events.ts";
import { wakeNext } from "./wake.ts";

/**
 * Opens a session for whoever proved the password of the row that was read.
 *
 * @throws Unavailable when the row must be read again and D1 does not answer
 */
export async function openSession(
  deps: JudgeDeps,
  to: Addressed,
  command: OpenSession,
): Promise<OpenAnswer> {
  const known = knownAuthority(deps);
  // Also where nothing is known: an object that knows nobody ignores the notice that its row
  // changed.
  if (known === null || !isSettled(deps) || !sameAuthority(known, command.seen)) {
    await reconcile(deps, to);
  }
  return open(deps, to, command);
}

function open(deps: JudgeDeps, to: Addressed, command: OpenSession): OpenAnswer {
  const authority = knownAuthority(deps);
  if (authority === null || authority.status === "deleted") return { kind: "refused" };
  if (!sameAuthority(authority, command.seen) && !isOpen(deps, command)) return { kind: "stale" };
  if (authority.status !== "active") return { kind: "refused" };
  return { kind: "opened", grant: grantOf(authority, openOnce(deps, to, command, command.cause)) };
}

/**
 * Whether a call before this one, whose answer was lost, opened the session. The account may have
 * changed since; where the row was read first, whatever that ends has ended.
 */
export const isOpen = ({ store }: JudgeDeps, { sessionId }: NewSession): boolean =>
  store.sessions.find(sessionId) !== null;

/** After a lost answer the session may exist already. */
export function openOnce(
  deps: JudgeDeps,
  { userId, policy }: Addressed,
  wanted: NewSession,
  cause: Cause,
): StoredSession {
  const { store } = deps;
  const existing = store.sessions.find(wanted.sessionId);
  if (existing !== null) return existing;
  const { session, evicted } = newSession(store.sessions, wanted, deps.clock(), policy);
  const { amr, acr, clientId } = session;
  const data = {
    session_id: session.id,
    amr,
    acr,
    client_id: clientId,
    ...(evicted.length === 0 ? {} : { ended: evicted }),
  };
  store.atomically(() => {
    for (const id of evicted) store.sessions.remove(id);
    store.sessions.add(session);
    if (amr.includes("pwd")) store.proofs.delete("session"); // the password was proved
    store.outbox.add(happened(deps, userId, cause, { type: "session.opened", data }));
  });
  wakeNext(deps);
  return session;
}
