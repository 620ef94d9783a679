import type { Clock, Defer } from "../../../src/use-cases/outside.ts";
import { strikes } from "../faults.ts";
import { Host } from "../host.ts";
import type { World } from "../world.ts";
import { JournaledKv } from "./journaled-kv.ts";

/** The key under which an object's alarm stands in its storage. */
export const ALARM = "alarm";

/** Milliseconds after which an alarm that failed rings again. */
const ALARM_RETRY = 2_000;

/** What an object that wakes is given. */
export type Parts = {
  readonly host: Host;
  readonly kv: JournaledKv;
  readonly clock: Clock;
  readonly defer: Defer;
  /** Ends when all that was written is safe, as whatever leaves an object waits for it. */
  readonly gate: () => Promise<void>;
};

/** An object while it is awake. */
export type Woken<Calls> = {
  readonly calls: Calls;
  alarm(): Promise<void>;
  /** Ends when calls are let in. */
  admitted?(): Promise<void>;
};

type Kind<Calls> = {
  readonly name: string;
  wake(parts: Parts): Woken<Calls>;
  /** By how many milliseconds its clock is ahead. */
  skew?(): number;
};

type Awake<Calls> = Woken<Calls> & { readonly host: Host; underWay: number };

/**
 * An object of the platform: real code over a storage that survives, in a host that does not. What
 * it sends waits until what it wrote is safe (the platform's output gate); a crash takes the rest.
 */
export class SimulatedObject<Calls> {
  readonly kv = new JournaledKv();
  readonly #world: World;
  readonly #kind: Kind<Calls>;
  #awake: Awake<Calls> | null = null;
  #alarm: { readonly at: number; readonly cancel: () => void } | null = null;

  constructor(world: World, kind: Kind<Calls>) {
    this.#world = world;
    this.#kind = kind;
  }

  /** Makes a call, which breaks off if the object dies on the way. */
  async serve<T>(call: (calls: Calls) => Promise<T>): Promise<T> {
    const awake = this.#wake();
    const { host, calls } = awake;
    const serve = async () => {
      await awake.admitted?.();
      const answer = await call(calls);
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

  #wake(): Awake<Calls> {
    if (this.#awake !== null) return this.#awake;
    const { scheduler, mishap } = this.#world;
    const host = new Host(this.#kind.name, scheduler);
    const woken = this.#kind.wake({
      host,
      kv: this.kv,
      clock: () => scheduler.now + this.#skew(),
      defer: (work) => void work().catch(mishap),
      gate: () => this.#gate(host),
    });
    this.#awake = { ...woken, host, underWay: 0 };
    return this.#awake;
  }

  #skew(): number {
    return this.#kind.skew?.() ?? 0;
  }

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
    this.#alarm = at === null ? null : this.#ringAt(at, at - this.#skew());
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
    const { host, ...woken } = this.#wake();
    const run = async () => {
      await woken.admitted?.();
      if (this.kv.get(ALARM) === at) this.kv.delete(ALARM);
      await woken.alarm();
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
