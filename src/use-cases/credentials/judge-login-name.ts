import { reported } from "../../domain/credentials/reported.ts";
import {
  forgottenAt,
  release,
  reserve,
  type ThrottleState,
} from "../../domain/credentials/throttle.ts";
import { eventOf } from "../../domain/events/event.ts";
import type { Clock } from "../outside.ts";
import { nextFlowEnd, nextTry, purgeFlows, spendFlow } from "./count-codes.ts";
import type { AllowedAttempt, Attempt, FailedTry, LoginNameStore, TriedFlow } from "./ports.ts";

export type LoginNameJudge = ReturnType<typeof loginNameJudge>;

export type LoginNameJudgeDeps = {
  readonly store: LoginNameStore;
  readonly clock: Clock;
  readonly newEventId: () => string;
};

/**
 * The judge of one login name: the tries at its password and at its mailed codes, counted together.
 * Every decision is one synchronous block, so no two tries can both see the count before.
 */
export function loginNameJudge({ store, clock, newEventId }: LoginNameJudgeDeps) {
  const { flows, outbox, undecided } = store;
  const save = (state: ThrottleState | null) => store.save(state, nextWake(store, state));

  const letThrough = async (
    before: ThrottleState | null,
    reserved: ThrottleState,
    now: number,
  ): Promise<Attempt> => {
    undecided.begin(now);
    await save(reserved);
    return { kind: "allowed", before, reserved };
  };

  async function reserveTry(credentialSetAt?: number): Promise<Attempt> {
    const before = store.state();
    const now = clock();
    const decision = reserve(before, now, credentialSetAt);
    if (decision.kind === "allowed") return letThrough(before, decision.state, now);
    const isWorthWaiting = decision.kind === "delayed" && (await undecided.outcome(now));
    return isWorthWaiting ? reserveTry(credentialSetAt) : decision;
  }

  const clear = async (): Promise<void> => {
    await save(null);
    undecided.succeed();
  };

  return {
    reserve: reserveTry,
    clear,

    /** Counted in one step with all tries at the name; one that is refused counts nowhere. */
    async reserveCode(tried: TriedFlow): Promise<Attempt | { readonly kind: "over" }> {
      const before = store.state();
      const now = clock();
      const flow = nextTry(flows, tried, now);
      if (flow === null) return { kind: "over" };
      const decision = reserve(before, now);
      if (decision.kind !== "allowed") return decision;
      flows.set(tried.id, flow);
      return letThrough(before, decision.state, now);
    },

    async spendCode(flowId: string): Promise<boolean> {
      const isFirst = spendFlow(flows, flowId, clock());
      if (isFirst) await clear();
      else undecided.drop();
      return isFirst;
    },

    async release(attempt: AllowedAttempt): Promise<void> {
      undecided.drop();
      await save(release(store.state(), attempt.before, attempt.reserved));
    },

    /**
     * A try that was let through was wrong; it stays counted. Older Workers say no more.
     *
     * A name without an account writes as well, so that it takes as long.
     */
    async fail(failed?: FailedTry): Promise<void> {
      undecided.drop();
      const what = failed === undefined ? null : reported("sign_in", failed.failures);
      if (failed === undefined || what === null) return;
      const { userId: id, cause } = failed;
      if (id !== null)
        outbox.add(eventOf(newEventId(), clock(), cause, { kind: "user", id }, what));
      await save(store.state());
    },

    async confirmEvents(places: readonly number[]): Promise<void> {
      outbox.confirm(places);
      await save(store.state());
    },

    /** A clock that ran ahead when the alarm was set must not cut the window short. */
    async alarm(): Promise<void> {
      const now = clock();
      const dueAt = outbox.dueAt();
      if (dueAt !== null && dueAt <= now) outbox.sendAgain();
      purgeFlows(flows, now);
      const state = store.state();
      await save(state !== null && forgottenAt(state) > now ? state : null);
    },
  };
}

/** When the next thing is due here, or null when nothing is left to remember or to send. */
function nextWake({ flows, outbox }: LoginNameStore, state: ThrottleState | null): number | null {
  const times = [
    outbox.dueAt(),
    nextFlowEnd(flows),
    state === null ? null : forgottenAt(state),
  ].filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}
