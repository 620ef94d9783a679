import { sameAuthority } from "../../../domain/accounts/authority.ts";
import { levelOf, provedWith } from "../../../domain/credentials/factor.ts";
import type { Cause } from "../../../domain/events/event.ts";
import { isYounger } from "../../../domain/time.ts";
import { factorsOf, kindsOf, takeProof } from "../../credentials/take-factor.ts";
import { grantOf, newSession } from "../../sessions/judge-session.ts";
import type {
  NewSession,
  OpenAnswer,
  OpenSession,
  SecondShown,
  StoredSession,
} from "../../sessions/ports.ts";
import type { Addressed } from "../ports.ts";
import { isSettled, type JudgeDeps, knownAuthority, reconcile } from "./keep-authority.ts";
import { happened, recoveryCodeUsed } from "./tell-events.ts";
import { wakeNext } from "./wake.ts";

/**
 * Opens a session for whoever proved the password of the row that was read, and a second factor
 * where there is one.
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
  const wasOpened = isOpen(deps, command);
  if (!sameAuthority(authority, command.seen) && !wasOpened) return { kind: "stale" };
  if (authority.status !== "active") return { kind: "refused" };
  const opened = passGate(deps, to, command);
  return "kind" in opened ? opened : { kind: "opened", grant: grantOf(authority, opened) };
}

/** What is shown is looked at, also where nothing would have been asked for. */
function passGate(
  deps: JudgeDeps,
  to: Addressed,
  command: OpenSession,
): StoredSession | Exclude<OpenAnswer, { kind: "opened" }> {
  const { second, cause } = command;
  if (second !== null) return showSecond(deps, to, command, second);
  if (isOpen(deps, command) || reaches(deps, command)) return openOnce(deps, to, command, cause);
  return required(deps);
}

const required = ({ store }: JudgeDeps) => ({
  kind: "second_factor_required" as const,
  factors: kindsOf(store.secondFactors),
});

function showSecond(
  deps: JudgeDeps,
  to: Addressed,
  command: OpenSession,
  second: SecondShown,
): StoredSession | Exclude<OpenAnswer, { kind: "opened" }> {
  const { store, clock } = deps;
  const { flowId, flowEndsAt, proof } = second;
  const existing = store.sessions.find(command.sessionId);
  if (existing !== null) return isRepeated(deps, to, command, existing) ? existing : SPENT;
  const isSpent = store.secondFactors.spent.get(flowId) !== undefined;
  if (isSpent || flowEndsAt <= clock()) return SPENT;
  const take = takeProof(store.secondFactors, proof, clock());
  if (take === null) return { kind: "wrong" };
  const wanted = { ...command, ...provedWith(command, proof, clock()) };
  if (reaches(deps, wanted)) return openWithSecond(deps, to, wanted, second, take);
  // A passkey that was touched is the first factor, and no second one to itself.
  return command.amr.length === 0 ? required(deps) : { kind: "wrong" };
}

const SPENT = { kind: "spent" } as const;

/**
 * Whether the sign-in that opened a session is asked for again by whoever lost the answer: the call,
 * or the request with a recovery code, which its id and first token are made from. Once somebody
 * used what it gave, it is not.
 */
function isRepeated(
  { clock }: JudgeDeps,
  { policy }: Addressed,
  { token }: OpenSession,
  { createdAt, current }: StoredSession,
): boolean {
  const isYoung = isYounger(createdAt, clock(), policy.refresh.replayWindow);
  return isYoung && current.hash === token.hash;
}

/**
 * True for a session that is as much as the account asks for. The one gate that every session passes
 * when it opens, whatever proved the first factor.
 */
export const reaches = ({ store }: JudgeDeps, { acr }: Pick<NewSession, "acr">): boolean =>
  acr === "aal2" || levelOf(factorsOf(store.secondFactors)) === "aal1";

/** The factor is used, the sign-in spent and the session open, or none of it. */
function openWithSecond(
  deps: JudgeDeps,
  to: Addressed,
  wanted: OpenSession,
  { proof, flowId, flowEndsAt }: SecondShown,
  take: () => void,
): StoredSession {
  const { store } = deps;
  return openOnce(deps, to, wanted, wanted.cause, () => {
    take();
    store.secondFactors.spent.set(flowId, flowEndsAt);
    store.proofs.delete(proof.kind);
    if (proof.kind === "passkey") store.proofs.delete("passkey_alone");
    if (proof.kind !== "recovery_code") return;
    store.outbox.add(happened(deps, to.userId, wanted.cause, recoveryCodeUsed(store)));
  });
}

/**
 * Whether a call before this one, whose answer was lost, opened the session. The account may have
 * changed since; where the row was read first, whatever that ends has ended.
 */
export const isOpen = ({ store }: JudgeDeps, { sessionId }: NewSession): boolean =>
  store.sessions.find(sessionId) !== null;

/**
 * After a lost answer the session may exist already.
 *
 * @param alongside what else is stored in the step that opens it
 */
export function openOnce(
  deps: JudgeDeps,
  { userId, policy }: Addressed,
  wanted: NewSession,
  cause: Cause,
  alongside: () => void = () => undefined,
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
    alongside();
    store.outbox.add(happened(deps, userId, cause, { type: "session.opened", data }));
  });
  wakeNext(deps);
  return session;
}
