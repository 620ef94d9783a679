import { type HeldFactors, levelOf } from "../../../domain/credentials/factor.ts";
import { reported } from "../../../domain/credentials/reported.ts";
import type { Cause } from "../../../domain/events/event.ts";
import type { SessionId } from "../../../domain/ids.ts";
import { isFactorProver, releaseProof, reserveProof } from "../../credentials/count-proofs.ts";
import type { AllowedAttempt, Attempt, FailedTry, Prover } from "../../credentials/ports.ts";
import { factorsOf, heldFactors } from "../../credentials/take-factor.ts";
import { renewal } from "../../renewal.ts";
import {
  checkSession,
  holdsToken,
  listSessions,
  refreshSession,
} from "../../sessions/judge-session.ts";
import type {
  OpenSession,
  RefreshAnswer,
  RefreshCommand,
  SessionsSelection,
} from "../../sessions/ports.ts";
import type { CheckedSession } from "../../tokens/ports.ts";
import type { Addressed, ChangeCommand } from "../ports.ts";
import { changeAccount } from "./change-account.ts";
import { endByAlarm } from "./end-by-alarm.ts";
import { endAndTell, tellOfToken } from "./end-sessions.ts";
import { exportHeld } from "./export-held.ts";
import {
  catchUp,
  currentAuthority,
  freshen,
  type JudgeDeps,
  knownAuthority,
} from "./keep-authority.ts";
import {
  addFactor,
  addPasskey,
  confirmFactor,
  removeFactor,
  renamePasskey,
  renewRecoveryCodes,
  resetFactors,
  stepUp,
  takeChallenge,
} from "./keep-factors.ts";
import { openSession } from "./open-session.ts";
import { happened } from "./tell-events.ts";
import { wakeNext } from "./wake.ts";

export type UserJudge = ReturnType<typeof userJudge>;

/**
 * The judge of one user: the sessions, the authority and the counts of failed proofs. Whatever
 * allows something waits for the authority to be fresh, and is then decided in one synchronous
 * step, so no two requests can both see the state before.
 *
 * @throws Unavailable from every call that may read D1, when D1 does not answer
 */
export function userJudge(given: Omit<JudgeDeps, "memory" | "renewal">) {
  const deps: JudgeDeps = {
    ...given,
    renewal: renewal(given.clock, given.defer),
    memory: { told: 0 },
  };
  const { store, clock: now } = deps;
  const { sessions, proofs } = store;
  const isKnown = () => knownAuthority(deps) !== null;
  const whenFresh =
    <C, A>(decide: (deps: JudgeDeps, to: Addressed, command: C) => A) =>
    async (to: Addressed, command: C): Promise<A> => {
      await freshen(deps, to);
      return decide(deps, to, command);
    };

  return {
    openSession: (to: Addressed, command: OpenSession) => openSession(deps, to, command),

    async refresh(to: Addressed, command: RefreshCommand): Promise<RefreshAnswer> {
      await freshen(deps, to);
      const { refresh } = to.policy;
      const answer = refreshSession(sessions, currentAuthority(deps), command, now(), refresh);
      if (answer.kind === "reused") tellOfToken(deps, "refresh.reused", to, command);
      else if ("isNoteworthy" in answer && answer.isNoteworthy) {
        tellOfToken(deps, "refresh.replayed_elsewhere", to, command);
      }
      return answer;
    },

    async check(to: Addressed, id: SessionId, withEmail = false): Promise<CheckedSession | null> {
      await freshen(deps, to);
      const grant = checkSession(sessions, currentAuthority(deps), id, now());
      if (grant === null) return null;
      const checked = { ...grant, accountAcr: levelOf(factorsOf(store.secondFactors)) };
      if (!withEmail) return checked;
      return { ...checked, verifiedEmail: store.authority.copy()?.verifiedEmail };
    },

    stepUp: whenFresh(stepUp),

    async holdsToken(to: Addressed, id: SessionId, hash: string) {
      await freshen(deps, to);
      return holdsToken(sessions, currentAuthority(deps), id, hash, now());
    },

    /** A change that broke off is finished first: what it ends is not listed as alive. */
    async listSessions(to: Addressed) {
      await freshen(deps, to);
      return isKnown() ? listSessions(sessions, now()) : [];
    },
    endSessions: (to: Addressed, which: SessionsSelection, cause: Cause) =>
      isKnown() ? endAndTell(deps, to, which, cause) : 0,

    change: (to: Addressed, command: ChangeCommand) => changeAccount(deps, to, command),
    catchUp: (to: Addressed) => catchUp(deps, to),

    reserveProof({ policy }: Addressed, by: Prover, credentialSetAt?: number): Attempt {
      const room = policy.maxSessions;
      const attempt = reserveProof(proofs, by, now(), room, credentialSetAt);
      if (attempt.kind === "allowed") wakeNext(deps);
      return attempt;
    },
    releaseProof: (_: Addressed, by: Prover, attempt: AllowedAttempt) =>
      releaseProof(proofs, by, attempt),
    failProof(to: Addressed, { failures, cause }: FailedTry, by: Prover): void {
      const what = reported(isFactorProver(by) ? "factor" : "proof", failures);
      if (what === null) return;
      store.atomically(() => store.outbox.add(happened(deps, to.userId, cause, what)));
      wakeNext(deps);
    },
    clearProofs: (_: Addressed, by: Prover) => void proofs.delete(by),

    async listFactors(to: Addressed): Promise<HeldFactors | null> {
      await freshen(deps, to);
      return currentAuthority(deps) === null ? null : heldFactors(store.secondFactors);
    },
    addFactor: whenFresh(addFactor),
    confirmFactor: whenFresh(confirmFactor),
    takeChallenge: whenFresh(takeChallenge),
    addPasskey: whenFresh(addPasskey),
    renamePasskey: whenFresh(renamePasskey),
    removeFactor: whenFresh(removeFactor),
    resetFactors: (to: Addressed, cause: Cause) => resetFactors(deps, to, cause),
    renewRecoveryCodes: whenFresh(renewRecoveryCodes),

    exportHeld: whenFresh(exportHeld),

    confirmEvents(places: readonly number[]): void {
      store.outbox.confirm(places);
      wakeNext(deps);
    },

    alarm: () => endByAlarm(deps),
  };
}
