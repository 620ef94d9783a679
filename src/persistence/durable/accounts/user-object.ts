import { DurableObject } from "cloudflare:workers";
import type { Env } from "../../../bindings.ts";
import { newEventId } from "../../../core/security/event-id.ts";
import type { Cause } from "../../../domain/events/event.ts";
import type { SessionId } from "../../../domain/ids.ts";
import { type UserJudge, userJudge } from "../../../use-cases/accounts/judge/judge-user.ts";
import type { Addressed, ChangeCommand } from "../../../use-cases/accounts/ports.ts";
import type {
  AddFactor,
  AddPasskey,
  AllowedAttempt,
  ConfirmFactor,
  FailedTry,
  Prover,
  RemoveFactor,
  RenamePasskey,
  RenewRecoveryCodes,
  TakeChallenge,
} from "../../../use-cases/credentials/ports.ts";
import { Unavailable } from "../../../use-cases/outside.ts";
import type {
  OpenAnswer,
  OpenSession,
  RefreshCommand,
  SessionsSelection,
  StepUp,
} from "../../../use-cases/sessions/ports.ts";
import { d1AccountRecord } from "../../d1/accounts/account-record.ts";
import { database } from "../../d1/database.ts";
import { eventQueue } from "../../queue/event-queue.ts";
import { inBackground } from "../in-background.ts";
import { outcomeOf } from "../outcome.ts";
import {
  completeBy,
  completeCause,
  completePolicy,
  completeRefresh,
  completeSecond,
  completeSession,
  isKnownChange,
  knownAnswer,
  knownFactors,
  UNSAID_CAUSE,
} from "./older-code.ts";
import type { CheckAnswer, HoldsAnswer, ListAnswer, UserCalls } from "./user-calls.ts";
import { durableUserStore } from "./user-store.ts";

/**
 * One user's judge over the object's own storage. Nothing is decided here: calls of older Workers
 * are completed on the way in, and outages become values on the way out.
 */
export class UserObject extends DurableObject<Env> implements UserCalls {
  readonly #store: ReturnType<typeof durableUserStore>;
  readonly #judge: UserJudge;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = durableUserStore(ctx, eventQueue(env.EVENTS));
    this.#judge = userJudge({
      store: this.#store,
      record: d1AccountRecord(database(env.DB)),
      clock: () => Date.now(),
      newFenceId: () => crypto.randomUUID(),
      newEventId,
      defer: inBackground,
    });
  }

  openSession(to: Addressed, command: OpenSession) {
    const open = async (): Promise<OpenAnswer> => {
      const complete = completeCause(completeSession(command, Date.now()));
      const answer = await this.#judge.openSession(to, completeSecond(complete));
      return knownAnswer(command, answer);
    };
    return outcomeOf(open());
  }

  refresh(to: Addressed, command: RefreshCommand) {
    return outcomeOf(this.#judge.refresh(to, completeRefresh(command)));
  }

  check(to: Addressed, sessionId: SessionId, withEmail?: boolean) {
    const check = async (): Promise<CheckAnswer> => {
      const grant = await this.#judge.check(to, sessionId, withEmail);
      return grant === null ? { kind: "dead" } : { kind: "live", grant };
    };
    return outcomeOf(check());
  }

  holdsToken(to: Addressed, sessionId: SessionId, hash: string) {
    const ask = async (): Promise<HoldsAnswer> => {
      return { kind: "answered", holds: await this.#judge.holdsToken(to, sessionId, hash) };
    };
    return outcomeOf(ask());
  }

  async listSessions(to: Addressed) {
    return this.#judge.listSessions(to);
  }

  async endSessions(to: Addressed, which: SessionsSelection, cause: Cause = UNSAID_CAUSE) {
    return this.#judge.endSessions(to, which, cause);
  }

  change(to: Addressed, command: ChangeCommand) {
    return outcomeOf(this.#change(to, command));
  }

  redeem(to: Addressed, command: ChangeCommand) {
    return outcomeOf(this.#change(to, command));
  }

  async #change(to: Addressed, command: ChangeCommand) {
    if (!isKnownChange(command.change)) throw new Unavailable("account");
    const { open, ...rest } = completeBy(completeCause(command));
    const complete =
      open === undefined ? rest : { ...rest, open: completeSession(open, Date.now()) };
    return this.#judge.change(completePolicy(to), complete);
  }

  catchUp(to: Addressed) {
    const catchUp = async () => {
      return { kind: "done", whom: await this.#judge.catchUp(to) } as const;
    };
    return outcomeOf(catchUp());
  }

  async reserveProof(to: Addressed, by: Prover, credentialSetAt?: number) {
    return this.#judge.reserveProof(to, by, credentialSetAt);
  }

  async releaseProof(to: Addressed, by: Prover, attempt: AllowedAttempt) {
    this.#judge.releaseProof(to, by, attempt);
  }

  async failProof(to: Addressed, failed: FailedTry, by: Prover = "session") {
    this.#judge.failProof(to, failed, by);
  }

  async clearProofs(to: Addressed, by: Prover) {
    this.#judge.clearProofs(to, by);
  }

  listFactors(to: Addressed, knowsPasskeys = false) {
    const list = async (): Promise<ListAnswer> => {
      return {
        kind: "answered",
        held: knownFactors(await this.#judge.listFactors(to), knowsPasskeys),
      };
    };
    return outcomeOf(list());
  }

  addFactor(to: Addressed, command: AddFactor) {
    return outcomeOf(asOutcome(this.#judge.addFactor(to, command)));
  }

  confirmFactor(to: Addressed, command: ConfirmFactor) {
    return outcomeOf(asOutcome(this.#judge.confirmFactor(to, command)));
  }

  takeChallenge(to: Addressed, command: TakeChallenge) {
    return outcomeOf(this.#judge.takeChallenge(to, command));
  }

  addPasskey(to: Addressed, command: AddPasskey) {
    return outcomeOf(asOutcome(this.#judge.addPasskey(to, command)));
  }

  renamePasskey(to: Addressed, command: RenamePasskey) {
    return outcomeOf(this.#judge.renamePasskey(to, command));
  }

  removeFactor(to: Addressed, command: RemoveFactor) {
    return outcomeOf(asOutcome(this.#judge.removeFactor(to, command)));
  }

  async resetFactors(to: Addressed, cause: Cause) {
    this.#judge.resetFactors(to, cause);
  }

  renewRecoveryCodes(to: Addressed, command: RenewRecoveryCodes) {
    return outcomeOf(asOutcome(this.#judge.renewRecoveryCodes(to, command)));
  }

  stepUp(to: Addressed, command: StepUp) {
    return outcomeOf(this.#judge.stepUp(to, command));
  }

  async exportHeld(to: Addressed, cause: Cause) {
    return this.#judge.exportHeld(to, cause);
  }

  async confirmEvents(places: readonly number[]) {
    this.#judge.confirmEvents(places);
  }

  override alarm() {
    this.#store.alarmRang();
    return this.#judge.alarm();
  }
}

/** An answer by name, as a value that can be told from an outage. */
async function asOutcome<K extends string>(answer: Promise<K>): Promise<{ readonly kind: K }> {
  return { kind: await answer };
}
