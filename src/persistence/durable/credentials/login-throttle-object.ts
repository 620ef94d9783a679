import { DurableObject } from "cloudflare:workers";
import type { Env } from "../../../bindings.ts";
import {
  forgottenAt,
  release,
  reserve,
  type ThrottleState,
} from "../../../domain/credentials/throttle.ts";
import type { AllowedAttempt, Attempt } from "../../../use-cases/credentials/ports.ts";
import { UndecidedTries } from "./undecided-tries.ts";

const STATE = "state";

/**
 * Counts the failures of one login name, exactly: every decision is one synchronous block. The name
 * is a stranger's to choose, so the object removes itself once there is nothing to remember.
 */
export class LoginThrottleObject extends DurableObject<Env> {
  readonly #undecided = new UndecidedTries();

  async reserve(credentialSetAt?: number): Promise<Attempt> {
    const before = this.#load();
    const now = Date.now();
    const decision = reserve(before, now, credentialSetAt);
    if (decision.kind === "allowed") {
      this.#undecided.begin(now);
      await this.#save(decision.state);
      return { kind: "allowed", before, reserved: decision.state };
    }
    const isWorthWaiting = decision.kind === "delayed" && (await this.#undecided.outcome(now));
    return isWorthWaiting ? this.reserve(credentialSetAt) : decision;
  }

  async release(attempt: AllowedAttempt): Promise<void> {
    this.#undecided.drop();
    await this.#save(release(this.#load(), attempt.before, attempt.reserved));
  }

  /** A try that was let through was wrong; it stays counted. */
  async fail(): Promise<void> {
    this.#undecided.drop();
  }

  async clear(): Promise<void> {
    await this.#save(null);
    this.#undecided.succeed();
  }

  /** A clock that ran ahead when the alarm was set must not cut the window short. */
  override async alarm(): Promise<void> {
    const state = this.#load();
    await this.#save(state !== null && forgottenAt(state) > Date.now() ? state : null);
  }

  /** Answers that the object can be reached and its storage read; changes nothing. */
  async ping(): Promise<void> {
    this.#load();
  }

  #load(): ThrottleState | null {
    return this.ctx.storage.kv.get<ThrottleState>(STATE) ?? null;
  }

  async #save(state: ThrottleState | null): Promise<void> {
    if (state === null) {
      await this.ctx.storage.deleteAlarm();
      await this.ctx.storage.deleteAll();
      return;
    }
    this.ctx.storage.kv.put(STATE, state);
    await this.ctx.storage.setAlarm(forgottenAt(state));
  }
}
