import { DurableObject } from "cloudflare:workers";
import type { Env } from "../../../bindings.ts";
import { newEventId } from "../../../core/security/event-id.ts";
import {
  type LoginNameJudge,
  loginNameJudge,
} from "../../../use-cases/credentials/judge-login-name.ts";
import type {
  AllowedAttempt,
  FailedTry,
  LoginNameStore,
  TriedFlow,
} from "../../../use-cases/credentials/ports.ts";
import { eventQueue } from "../../queue/event-queue.ts";
import { durableLoginNameStore } from "./login-name-store.ts";

/** One login name's judge over the object's own storage. Nothing is decided here. */
export class LoginThrottleObject extends DurableObject<Env> {
  readonly #store: LoginNameStore;
  readonly #judge: LoginNameJudge;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = durableLoginNameStore(ctx, eventQueue(env.EVENTS));
    this.#judge = loginNameJudge({ store: this.#store, clock: () => Date.now(), newEventId });
  }

  reserve(credentialSetAt?: number) {
    return this.#judge.reserve(credentialSetAt);
  }

  reserveCode(tried: TriedFlow) {
    return this.#judge.reserveCode(tried);
  }

  spendCode(flowId: string) {
    return this.#judge.spendCode(flowId);
  }

  release(attempt: AllowedAttempt) {
    return this.#judge.release(attempt);
  }

  /** Older Workers leave `failed` out. */
  fail(failed?: FailedTry) {
    return this.#judge.fail(failed);
  }

  /** Forgets events that were stored. */
  confirmEvents(places: readonly number[]) {
    return this.#judge.confirmEvents(places);
  }

  clear() {
    return this.#judge.clear();
  }

  override alarm() {
    return this.#judge.alarm();
  }

  /** Answers that the object can be reached and its storage read; changes nothing. */
  async ping(): Promise<void> {
    this.#store.state();
  }
}
