import { sameAuthority } from "../../../domain/accounts/authority.ts";
import { addSession, grantOf } from "../../sessions/judge-session.ts";
import type { NewSession, OpenAnswer, OpenSession, StoredSession } from "../../sessions/ports.ts";
import type { AccountPolicy, Addressed } from "../ports.ts";
import { wakeFor } from "./end-by-alarm.ts";
import { isSettled, type JudgeDeps, knownAuthority, reconcile } from "./keep-authority.ts";

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
  return open(deps, to.policy, command);
}

function open(deps: JudgeDeps, policy: AccountPolicy, command: OpenSession): OpenAnswer {
  const authority = knownAuthority(deps);
  if (authority === null || authority.status === "deleted") return { kind: "refused" };
  if (!sameAuthority(authority, command.seen)) return { kind: "stale" };
  if (authority.status !== "active") return { kind: "refused" };
  return { kind: "opened", grant: grantOf(authority, openOnce(deps, command, policy)) };
}

/** After a lost answer the session may exist already. */
export function openOnce(
  deps: JudgeDeps,
  wanted: NewSession,
  { refresh, maxSessions }: AccountPolicy,
): StoredSession {
  const { sessions, proofs } = deps.store;
  const existing = sessions.find(wanted.sessionId);
  if (existing !== null) return existing;
  const session = addSession(sessions, wanted, deps.clock(), refresh, maxSessions);
  proofs.delete("session"); // whoever opens one has proved the password
  wakeFor(deps, session.expiresAt);
  return session;
}
