import { DurableObject } from "cloudflare:workers";
import type { Env } from "../../../bindings.ts";
import { newEventId } from "../../../core/security/event-id.ts";
import { reported } from "../../../domain/credentials/reported.ts";
import {
  forgottenAt,
  release,
  reserve,
  type ThrottleState,
} from "../../../domain/credentials/throttle.ts";
import { eventOf } from "../../../domain/events/event.ts";
import type { AllowedAttempt, Attempt, FailedTry } from "../../../use-cases/credentials/ports.ts";
import { eventQueue } from "../../queue/event-queue.ts";
import { KvOutbox } from "../events/kv-outbox.ts";
import { inBackground } from "../in-background.ts";
import { UndecidedTries } from "./undecided-tries.ts";

const STATE = "state";

/**
 * Counts the failures of one login name, exactly: every decision is one synchronous block. The name
 * is a stranger's to choose, so the object removes itself once there is nothing to remember.
 */
export class LoginThrottleObject extends DurableObject<Env> {
  readonly #undecided = new UndecidedTries();
  readonly #outbox: KvOutbox;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const id = ctx.id.toString();
    this.#outbox = new KvOutbox({
      kv: ctx.storage.kv,
      queue: eventQueue(env.EVENTS),
      clock: () => Date.now(),
      defer: inBackground,
      placesAfter: () => Date.now(), // emptied and begun anew, it must not confirm what is new
      addressed: (event, place) => ({
        event: { ...event, seq: null },
        keeper: { kind: "login_name", id, place },
      }),
    });
  }

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

  /**
   * A try that was let through was wrong; it stays counted. Older Workers say no more.
   *
   * A name without an account writes as well, so that it takes as long.
   */
  async fail(failed?: FailedTry): Promise<void> {
    this.#undecided.drop();
    const what = failed === undefined ? null : reported("sign_in", failed.failures);
    if (failed === undefined || what === null) return;
    const { userId: id, cause } = failed;
    if (id !== null) {
      this.#outbox.add(eventOf(newEventId(), Date.now(), cause, { kind: "user", id }, what));
    }
    await this.#save(this.#load());
  }

  /** Forgets events that were stored. */
  async confirmEvents(places: readonly number[]): Promise<void> {
    this.#outbox.confirm(places);
    await this.#save(this.#load());
  }

  async clear(): Promise<void> {
    await this.#save(null);
    this.#undecided.succeed();
  }

  /** A clock that ran ahead when the alarm was set must not cut the window short. */
  override async alarm(): Promise<void> {
    const now = Date.now();
    const dueAt = this.#outbox.dueAt();
    if (dueAt !== null && dueAt <= now) this.#outbox.sendAgain();
    const state = this.#load();
    await this.#save(state !== null && forgottenAt(state) > now ? state : null);
  }

  /** Answers that the object can be reached and its storage read; changes nothing. */
  async ping(): Promise<void> {
    this.#load();
  }

  #load(): ThrottleState | null {
    return this.ctx.storage.kv.get<ThrottleState>(STATE) ?? null;
  }

  /** With nothing to remember and no event left to send, the object is empty again. */
  async #save(state: ThrottleState | null): Promise<void> {
    const { storage } = this.ctx;
    const dueAt = this.#outbox.dueAt();
    if (state === null && dueAt === null) {
      await storage.deleteAlarm();
      await storage.deleteAll();
      return;
    }
    if (state === null) storage.kv.delete(STATE);
    else storage.kv.put(STATE, state);
    const forgotten = state === null ? Number.POSITIVE_INFINITY : forgottenAt(state);
    await storage.setAlarm(Math.min(forgotten, dueAt ?? Number.POSITIVE_INFINITY));
  }
}
