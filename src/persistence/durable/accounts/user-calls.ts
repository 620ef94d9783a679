import type { SessionId } from "../../../domain/ids.ts";
import type { ChangeAnswer, ChangeCommand } from "../../../use-cases/accounts/ports.ts";
import type { AllowedAttempt, Attempt, Prover } from "../../../use-cases/credentials/ports.ts";
import type {
  OpenAnswer,
  OpenSession,
  RefreshAnswer,
  RefreshCommand,
  SessionInfo,
  SessionsSelection,
} from "../../../use-cases/sessions/ports.ts";
import type { SessionGrant } from "../../../use-cases/tokens/ports.ts";
import type { Addressed, Outage } from "./account-authority.ts";

/** What the object answers over RPC: the port's answers, and outages as outcomes. */
export interface UserCalls {
  openSession(to: Addressed, command: OpenSession): Promise<OpenAnswer | Outage>;
  refresh(to: Addressed, command: RefreshCommand): Promise<RefreshAnswer | Outage>;
  check(
    to: Addressed,
    sessionId: SessionId,
  ): Promise<{ kind: "live"; grant: SessionGrant } | { kind: "dead" } | Outage>;
  holdsToken(
    to: Addressed,
    sessionId: SessionId,
    hash: string,
  ): Promise<{ kind: "answered"; holds: boolean } | Outage>;
  listSessions(to: Addressed): Promise<SessionInfo[]>;
  endSessions(to: Addressed, which: SessionsSelection): Promise<number>;
  change(to: Addressed, command: ChangeCommand): Promise<ChangeAnswer | Outage>;
  catchUp(to: Addressed): Promise<{ kind: "caught_up" } | Outage>;
  reserveProof(to: Addressed, by: Prover, credentialSetAt?: number): Promise<Attempt>;
  releaseProof(to: Addressed, by: Prover, attempt: AllowedAttempt): Promise<void>;
  clearProofs(to: Addressed, by: Prover): Promise<void>;
}
