import type { HeldFactors } from "../../../domain/credentials/factor.ts";
import type { Cause } from "../../../domain/events/event.ts";
import type { SessionId } from "../../../domain/ids.ts";
import type {
  Addressed,
  ChangeAnswer,
  ChangeCommand,
  Held,
} from "../../../use-cases/accounts/ports.ts";
import type {
  AddFactor,
  AddPasskey,
  AllowedAttempt,
  Attempt,
  ConfirmFactor,
  Factors,
  FailedTry,
  Prover,
  RemoveFactor,
  RenamedPasskey,
  RenamePasskey,
  RenewRecoveryCodes,
  TakeChallenge,
  TakenChallenge,
} from "../../../use-cases/credentials/ports.ts";
import type {
  OpenAnswer,
  OpenSession,
  RefreshAnswer,
  RefreshCommand,
  SessionInfo,
  SessionsSelection,
  StepUp,
  StepUpAnswer,
} from "../../../use-cases/sessions/ports.ts";
import type { CheckedSession } from "../../../use-cases/tokens/ports.ts";
import type { Outage } from "../outcome.ts";

export type CheckAnswer =
  | { readonly kind: "live"; readonly grant: CheckedSession }
  | { readonly kind: "dead" };

export type HoldsAnswer = { readonly kind: "answered"; readonly holds: boolean };

export type ListAnswer = { readonly kind: "answered"; readonly held: HeldFactors | null };

/** What a port's method answers, as one that can also be an outage. */
type Answered<
  M extends "addFactor" | "addPasskey" | "confirmFactor" | "removeFactor" | "renewRecoveryCodes",
> = {
  readonly kind: Awaited<ReturnType<Factors[M]>>;
};

/** @property whom absent from older code */
type CaughtUp = { readonly kind: "done"; readonly whom?: "known" | "unknown" };

/** What the object answers over RPC: the port's answers, and outages as outcomes. */
export interface UserCalls {
  openSession(to: Addressed, command: OpenSession): Promise<OpenAnswer | Outage>;
  refresh(to: Addressed, command: RefreshCommand): Promise<RefreshAnswer | Outage>;
  /** Older Workers leave `withEmail` out. Older code ignores it, and answers without an address. */
  check(to: Addressed, sessionId: SessionId, withEmail?: boolean): Promise<CheckAnswer | Outage>;
  holdsToken(to: Addressed, sessionId: SessionId, hash: string): Promise<HoldsAnswer | Outage>;
  listSessions(to: Addressed): Promise<SessionInfo[]>;
  /** Older Workers leave `cause` out. */
  endSessions(to: Addressed, which: SessionsSelection, cause?: Cause): Promise<number>;
  change(to: Addressed, command: ChangeCommand): Promise<ChangeAnswer | Outage>;
  /** A change that a mailed token allows. Older code lacks this, and knows no such change. */
  redeem(to: Addressed, command: ChangeCommand): Promise<ChangeAnswer | Outage>;
  catchUp(to: Addressed): Promise<CaughtUp | Outage>;
  reserveProof(to: Addressed, by: Prover, credentialSetAt?: number): Promise<Attempt>;
  releaseProof(to: Addressed, by: Prover, attempt: AllowedAttempt): Promise<void>;
  /** Older Workers leave `by` out. */
  failProof(to: Addressed, failed: FailedTry, by?: Prover): Promise<void>;
  clearProofs(to: Addressed, by: Prover): Promise<void>;
  /** Older Workers leave `knowsPasskeys` out. */
  listFactors(to: Addressed, knowsPasskeys?: boolean): Promise<ListAnswer | Outage>;
  addFactor(to: Addressed, command: AddFactor): Promise<Answered<"addFactor"> | Outage>;
  confirmFactor(to: Addressed, command: ConfirmFactor): Promise<Answered<"confirmFactor"> | Outage>;
  takeChallenge(to: Addressed, command: TakeChallenge): Promise<TakenChallenge | Outage>;
  addPasskey(to: Addressed, command: AddPasskey): Promise<Answered<"addPasskey"> | Outage>;
  renamePasskey(to: Addressed, command: RenamePasskey): Promise<RenamedPasskey | Outage>;
  removeFactor(to: Addressed, command: RemoveFactor): Promise<Answered<"removeFactor"> | Outage>;
  resetFactors(to: Addressed, cause: Cause): Promise<void>;
  renewRecoveryCodes(
    to: Addressed,
    command: RenewRecoveryCodes,
  ): Promise<Answered<"renewRecoveryCodes"> | Outage>;
  stepUp(to: Addressed, command: StepUp): Promise<StepUpAnswer | Outage>;
  exportHeld(to: Addressed, cause: Cause): Promise<Held | null>;
  confirmEvents(places: readonly number[]): Promise<void>;
}
