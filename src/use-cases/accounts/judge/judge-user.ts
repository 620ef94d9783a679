import { forgottenAt } from "../../../domain/credentials/throttle.ts";
import type { SessionId } from "../../../domain/ids.ts";
import { releaseProof, reserveProof } from "../../credentials/count-proofs.ts";
import type { AllowedAttempt, Attempt, Prover } from "../../credentials/ports.ts";
import { renewal } from "../../renewal.ts";
import {
  checkSession,
  endSessions,
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
import { endByAlarm, wakeFor } from "./end-by-alarm.ts";
import {
  catchUp,
  currentAuthority,
  freshen,
  type JudgeDeps,
  knownAuthority,
} from "./keep-authority.ts";
import { openSession } from "./open-session.ts";

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

  return {
    openSession: (to: Addressed, command: OpenSession) => openSession(deps, to, command),

    async refresh(to: Addressed, command: RefreshCommand): Promise<RefreshAnswer> {
      await freshen(deps, to);
      const { refresh } = to.policy;
      return refreshSession(sessions, currentAuthority(deps), command, now(), refresh);
    },

    async check(to: Addressed, id: SessionId, withEmail = false): Promise<CheckedSession | null> {
      await freshen(deps, to);
      const grant = checkSession(sessions, currentAuthority(deps), id, now());
      if (grant === null || !withEmail) return grant;
      return { ...grant, verifiedEmail: store.authority.copy()?.verifiedEmail };
    },

    async holdsToken(to: Addressed, id: SessionId, hash: string) {
      await freshen(deps, to);
      return holdsToken(sessions, currentAuthority(deps), id, hash, now());
    },

    listSessions: (_: Addressed) => (isKnown() ? listSessions(sessions, now()) : []),
    endSessions: (_: Addressed, which: SessionsSelection) =>
      isKnown() ? endSessions(sessions, which) : 0,

    change: (to: Addressed, command: ChangeCommand) => changeAccount(deps, to, command),
    catchUp: (to: Addressed) => catchUp(deps, to),

    reserveProof({ policy }: Addressed, by: Prover, credentialSetAt?: number): Attempt {
      const attempt = reserveProof(proofs, by, now(), policy.maxSessions, credentialSetAt);
      if (attempt.kind === "allowed") wakeFor(deps, forgottenAt(attempt.reserved));
      return attempt;
    },
    releaseProof: (_: Addressed, by: Prover, attempt: AllowedAttempt) =>
      releaseProof(proofs, by, attempt),
    clearProofs: (_: Addressed, by: Prover) => void proofs.delete(by),

    alarm: () => endByAlarm(deps),
  };
}
