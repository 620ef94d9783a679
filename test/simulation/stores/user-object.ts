import type { UserId } from "../../../src/domain/ids.ts";
import {
  completeCause,
  completePolicy,
  completeRefresh,
  completeSession,
  UNSAID_CAUSE as UNSAID,
} from "../../../src/persistence/durable/accounts/older-code.ts";
import type { UserCalls } from "../../../src/persistence/durable/accounts/user-calls.ts";
import type { Outage } from "../../../src/persistence/durable/outcome.ts";
import { type UserJudge, userJudge } from "../../../src/use-cases/accounts/judge/judge-user.ts";
import type {
  AccountRecord,
  Addressed,
  ChangeCommand,
} from "../../../src/use-cases/accounts/ports.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { memoryAccountRecord } from "../../support/fakes/account-record.ts";
import { someEventId, someId } from "../../support/samples.ts";
import { strikes } from "../faults.ts";
import { Host } from "../host.ts";
import type { World } from "../world.ts";
import { JournaledKv } from "./journaled-kv.ts";
import { D1, remote } from "./remote.ts";
import { ALARM, journaledUserStore } from "./user-store.ts";

type Awake = {
  readonly host: Host;
  readonly judge: UserJudge;
  readonly store: ReturnType<typeof journaledUserStore>;
  underWay: number;
};

/** Milliseconds after which an alarm that failed rings again. */
const ALARM_RETRY = 2_000;

/**
 * One user's object: the real judge over a storage that survives, in a host that does not. What it
 * sends waits until what it wrote is safe (the platform's output gate); a crash takes the rest.
 */
export class UserObject {
  readonly kv = new JournaledKv();
  readonly #world: World;
  readonly #userId: UserId;
  #awake: Awake | null = null;
  #alarm: { readonly at: number; readonly cancel: () => void } | null = null;

  constructor(world: World, userId: UserId) {
    this.#world = world;
    this.#userId = userId;
  }

  /** Makes a call, which breaks off if the object dies on the way. */
  async serve<T>(call: (calls: UserCalls) => Promise<T>): Promise<T> {
    const awake = this.#wake();
    const { host, store, judge } = awake;
    const serve = async () => {
      await store.admitted();
      const answer = await call(callsOf(judge, this.#world.scheduler.now));
      await this.#gate(host);
      return answer;
    };
    awake.underWay += 1;
    try {
      return await host.served(serve());
    } finally {
      awake.underWay -= 1;
    }
  }

  /** Memory is lost and nothing else, as when nobody called for a while. */
  evict(): void {
    if (this.#awake?.underWay === 0 && !this.kv.isChanged) this.#die();
  }

  #wake(): Awake {
    if (this.#awake !== null) return this.#awake;
    const world = this.#world;
    const host = new Host(`object of ${this.#userId}`, world.scheduler);
    const clock = () => world.scheduler.now + world.skewOf(this.#userId);
    const defer = (work: () => Promise<unknown>) => void work().catch(world.mishap);
    const send = remote(world, host, D1, world.queue);
    const store = journaledUserStore(this.kv, {
      queue: { send: (messages) => this.#gate(host).then(() => send.send(messages)) },
      clock,
      defer,
    });
    const record = this.#gated(host, store, memoryAccountRecord(world.db));
    const ids = { newFenceId: someId, newEventId: someEventId };
    const judge = userJudge({ store, record, clock, defer, ...ids });
    this.#awake = { host, judge, store, underWay: 0 };
    return this.#awake;
  }

  /** Asks once all that was written is safe, and hears the answer when calls are let in. */
  #gated(host: Host, store: Awake["store"], port: AccountRecord): AccountRecord {
    const record = remote(this.#world, host, D1, port);
    const ask = async <T>(work: () => Promise<T>): Promise<T> => {
      await this.#gate(host);
      const [answer] = await Promise.allSettled([work()]);
      await store.admitted();
      if (answer.status === "rejected") throw answer.reason;
      return answer.value;
    };
    return {
      read: (...args) => ask(() => record.read(...args)),
      apply: (...args) => ask(() => record.apply(...args)),
      fence: (...args) => ask(() => record.fence(...args)),
    };
  }

  /** Whatever leaves waits here until all that was written is safe. */
  async #gate(host: Host): Promise<void> {
    await host.living();
    if (!this.kv.isChanged) return;
    await host.hop();
    if (strikes(this.#world, "object crashes")) this.#die();
    await host.living();
    this.kv.commit();
    this.#setAlarm();
  }

  #die(): void {
    this.#awake?.host.die();
    this.#awake = null;
    this.kv.crash();
  }

  #setAlarm(): void {
    const at = this.kv.get<number>(ALARM) ?? null;
    if (at === (this.#alarm?.at ?? null)) return;
    this.#alarm?.cancel();
    this.#alarm = at === null ? null : this.#ringAt(at, at - this.#world.skewOf(this.#userId));
  }

  #ringAt(at: number, due: number) {
    const cancel = this.#world.scheduler.at(due, () => {
      this.#alarm = null;
      this.#ring(at).catch(this.#world.mishap);
    });
    return { at, cancel };
  }

  /** At least once: an alarm that broke off rings again. */
  async #ring(at: number): Promise<void> {
    const { scheduler } = this.#world;
    if (strikes(this.#world, "alarm late")) {
      await scheduler.after(scheduler.context.random.below(600_000));
    }
    const { host, judge, store } = this.#wake();
    const run = async () => {
      await store.admitted();
      store.alarmRang();
      if (this.kv.get(ALARM) === at) this.kv.delete(ALARM);
      await judge.alarm();
      await this.#gate(host);
    };
    try {
      await host.served(run());
    } catch {
      this.#alarm ??= this.#ringAt(at, scheduler.now + ALARM_RETRY);
    }
    if (strikes(this.#world, "alarm twice")) {
      this.#alarm ??= this.#ringAt(at, scheduler.now + ALARM_RETRY);
    }
  }
}

/** An outage leaves an object as a value. */
async function outcomeOf<T>(work: Promise<T>): Promise<T | Outage> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return { kind: "unavailable", dependency: error.dependency };
  }
}

function changed(judge: UserJudge, to: Addressed, command: ChangeCommand, now: number) {
  const { open, ...rest } = completeCause(command);
  const whole = open === undefined ? rest : { ...rest, open: completeSession(open, now) };
  return judge.change(completePolicy(to), whole);
}

/** The object's shell, as src/persistence/durable/accounts/user-object.ts has it. */
const callsOf = (judge: UserJudge, now: number): UserCalls => ({
  openSession: (to, command) =>
    outcomeOf(judge.openSession(to, completeCause(completeSession(command, now)))),
  refresh: (to, command) => outcomeOf(judge.refresh(to, completeRefresh(command))),
  check: (to, id, withEmail) =>
    outcomeOf(
      judge
        .check(to, id, withEmail)
        .then((grant) => (grant === null ? { kind: "dead" } : { kind: "live", grant })),
    ),
  holdsToken: (to, id, hash) =>
    outcomeOf(judge.holdsToken(to, id, hash).then((holds) => ({ kind: "answered", holds }))),
  listSessions: async (to) => judge.listSessions(to),
  endSessions: async (to, which, cause = UNSAID) => judge.endSessions(to, which, cause),
  change: (to, command) => outcomeOf(changed(judge, to, command, now)),
  redeem: (to, command) => outcomeOf(changed(judge, to, command, now)),
  catchUp: (to) => outcomeOf(judge.catchUp(to).then((whom) => ({ kind: "done", whom }))),
  reserveProof: async (to, by, credentialSetAt) => judge.reserveProof(to, by, credentialSetAt),
  releaseProof: async (to, by, attempt) => judge.releaseProof(to, by, attempt),
  failProof: async (to, failed) => judge.failProof(to, failed),
  clearProofs: async (to, by) => judge.clearProofs(to, by),
  exportHeld: async (to, cause) => judge.exportHeld(to, cause),
  confirmEvents: async (places) => judge.confirmEvents(places),
});
