import { describe, expect, it } from "vitest";
import { CODE_LIFETIME, type CodeFlow } from "../../../src/domain/credentials/code-flow.ts";
import {
  FREE_TRIES,
  forgottenAt,
  HARD_LIMIT,
  QUIET_PERIOD,
  type ThrottleState,
} from "../../../src/domain/credentials/throttle.ts";
import { loginNameJudge } from "../../../src/use-cases/credentials/judge-login-name.ts";
import type { LoginNameStore } from "../../../src/use-cases/credentials/ports.ts";
import { CAUSE, SECOND, someEventId, someId } from "../../support/samples.ts";

const NOW = Date.UTC(2026, 0, 1);

/** The object of a login name: what it keeps, when it is to wake, and what was asked of it. */
function object(state: ThrottleState | null = null) {
  const calls: string[] = [];
  const kept = { state, wakeAt: null as number | null, dueAt: null as number | null };
  const time = { now: NOW };
  const flows = new Map<string, CodeFlow>();
  const store: LoginNameStore = {
    state: () => kept.state,
    flows,
    outbox: {
      add: () => undefined,
      confirm: (places) => void calls.push(`confirmed ${places.join()}`),
      dueAt: () => kept.dueAt,
      sendAgain: () => void calls.push("sent again"),
    },
    undecided: {
      begin: () => void calls.push("begun"),
      drop: () => void calls.push("dropped"),
      succeed: () => void calls.push("succeeded"),
      outcome: async () => {
        calls.push("waited");
        return false;
      },
    },
    async save(saved, wakeAt) {
      Object.assign(kept, { state: saved, wakeAt });
    },
  };
  const judge = loginNameJudge({ store, clock: () => time.now, newEventId: someEventId });
  const reserve = async () => {
    const attempt = await judge.reserve();
    if (attempt.kind !== "allowed") throw new Error(`the try was ${attempt.kind}`);
    return attempt;
  };
  return { judge, kept, flows, calls, time, reserve };
}

const flowUntil = (endsAt: number): CodeFlow => ({ tries: 1, isSpent: false, endsAt });

describe("the object of a login name wakes", () => {
  it("when the first of what it keeps is over", async () => {
    const { judge, kept, time } = object();
    await judge.reserve();
    expect(kept.wakeAt).toBe(NOW + QUIET_PERIOD);
    time.now += SECOND;
    await judge.reserveCode({ id: someId(), endsAt: NOW + CODE_LIFETIME });
    await judge.reserveCode({ id: someId(), endsAt: NOW + CODE_LIFETIME + SECOND });
    expect(kept.wakeAt).toBe(NOW + CODE_LIFETIME);
    kept.dueAt = NOW + 30 * SECOND;
    await judge.confirmEvents([]);
    expect(kept.wakeAt).toBe(kept.dueAt);
  });

  it("for nothing, where it keeps nothing", async () => {
    const { judge, kept } = object();
    await judge.reserve();
    await judge.clear();
    expect(kept).toMatchObject({ state: null, wakeAt: null });
  });

  it("and forgets what is over, nothing sooner", async () => {
    const state = { failures: 3, lastAt: NOW };
    const { judge, kept, flows, time } = object(state);
    flows.set("over", flowUntil(NOW + SECOND));
    flows.set("not yet", flowUntil(NOW + SECOND + 1));
    time.now = NOW + SECOND;
    await judge.alarm();
    expect([...flows.keys()]).toEqual(["not yet"]);
    expect(kept).toMatchObject({ state, wakeAt: NOW + SECOND + 1 });
    time.now = forgottenAt(state) - 1;
    await judge.alarm();
    expect(kept).toMatchObject({ state, wakeAt: forgottenAt(state) });
    time.now = forgottenAt(state);
    await judge.alarm();
    expect(kept).toMatchObject({ state: null, wakeAt: null });
  });

  it("and sends events again that are due, and those alone", async () => {
    const { judge, kept, calls } = object();
    await judge.alarm();
    kept.dueAt = NOW + 1;
    await judge.alarm();
    expect(calls).toEqual([]);
    kept.dueAt = NOW;
    await judge.alarm();
    expect(calls).toEqual(["sent again"]);
    await judge.confirmEvents([3, 4]);
    expect(calls).toEqual(["sent again", "confirmed 3,4"]);
  });
});

describe("tries that wait for those under way", () => {
  it("are those that are delayed; at the lock none waits", async () => {
    const delayed = object({ failures: FREE_TRIES, lastAt: NOW });
    expect((await delayed.judge.reserve()).kind).toBe("delayed");
    expect(delayed.calls).toEqual(["waited"]);
    const locked = object({ failures: HARD_LIMIT, lastAt: NOW });
    expect((await locked.judge.reserve()).kind).toBe("locked");
    expect(locked.calls).toEqual([]);
  });

  it("are told of each how it ended: right, wrong, or given back", async () => {
    const { judge, calls, reserve } = object();
    await judge.release(await reserve());
    await reserve();
    await judge.fail({ failures: 1, userId: null, cause: CAUSE });
    await reserve();
    await judge.clear();
    expect(calls).toEqual(["begun", "dropped", "begun", "dropped", "begun", "succeeded"]);
  });

  it("a code that was spent before clears nothing, and is no longer under way", async () => {
    const { judge, kept, flows, calls } = object({ failures: 2, lastAt: NOW });
    flows.set("flow", flowUntil(NOW + SECOND));
    expect(await judge.spendCode("flow")).toBe(true);
    expect(kept.state).toBeNull();
    const state = { failures: 4, lastAt: NOW };
    kept.state = state;
    expect(await judge.spendCode("flow")).toBe(false);
    expect(await judge.spendCode("no flow")).toBe(false);
    expect(kept.state).toEqual(state);
    expect(calls).toEqual(["succeeded", "dropped", "dropped"]);
  });
});
