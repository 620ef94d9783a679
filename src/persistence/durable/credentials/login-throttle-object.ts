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
import {
  nextFlowEnd,
  nextTry,
  purgeFlows,
  spendFlow,
} from "../../../use-cases/credentials/count-codes.ts";
import type {
  AllowedAttempt,
  Attempt,
  CodeFlowStore,
  FailedTry,
  TriedFlow,
} from "../../../use-cases/credentials/ports.ts";
import { messageOf } from "../../../use-cases/events/message-of.ts";
import { eventQueue } from "../../queue/event-queue.ts";
import { KvOutbox } from "../events/kv-outbox.ts";
import { inBackground } from "../in-background.ts";
import { kvCodeFlowStore } from "./code-flow-store.ts";
import { UndecidedTries } from "./undecided-tries.ts";

const STATE = "state";

/**
 * Counts the failures of one login name, exactly: every decision is one synchronous block. The name
 * is a stranger's to choose, so the object removes itself once there is nothing to remember.
 */
export class LoginThrottleObject extends DurableObject<Env> {
  readonly #undecided = new UndecidedTries();
  readonly #outbox: KvOutbox;
  readonly #flows: CodeFlowStore;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const id = ctx.id.toString();
    this.#flows = kvCodeFlowStore(ctx.storage.kv);
    this.#outbox = new KvOutbox({
      kv: ctx.storage.kv,
      queue: eventQueue(env.EVENTS),
      clock: () => Date.now(),
      defer: inBackground,
      placesAfter: () => Date.now(), // emptied and begun anew, it must not confirm what is new
      addressed: (event, place) =>
        messageOf({ ...event, seq: null }, { kind: "login_name", id, place }),
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

  /** Counted in one step with all tries at the name; one that is refused counts nowhere. */
  async reserveCode(tried: TriedFlow): Promise<Attempt | { readonly kind: "over" }> {
    const before = this.#load();
    const now = Date.now();
    const flow = nextTry(this.#flows, tried, now);
    if (flow === null) return { kind: "over" };
    const decision = reserve(before, now);
    if (decision.kind !== "allowed") return decision;
    this.#flows.set(tried.id, flow);
    this.#undecided.begin(now);
    await this.#save(decision.state);
    return { kind: "allowed", before, reserved: decision.state };
  }

  async spendCode(flowId: string): Promise<boolean> {
    const isFirst = spendFlow(this.#flows, flowId, Date.now());
    if (isFirst) await this.clear();
    else this.#undecided.drop();
    return isFirst;
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
    purgeFlows(this.#flows, now);
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
    const times = [
      this.#outbox.dueAt(),
      nextFlowEnd(this.#flows),
      state === null ? null : forgottenAt(state),
    ].filter((time) => time !== null);
    if (times.length === 0) {
      await storage.deleteAlarm();
      await storage.deleteAll();
      return;
    }
    if (state === null) storage.kv.delete(STATE);
    else storage.kv.put(STATE, state);
    await storage.setAlarm(Math.min(...times));
  }
}
