import { consumeMessages } from "../../../src/api/consume-messages.ts";
import { strikes } from "../faults.ts";
import type { World } from "../world.ts";

type Held = {
  readonly id: string;
  /** As JSON, as it travels. */
  readonly body: string;
  readonly attempts: number;
};

/** Milliseconds: until a message that was sent is due, and from the first that is due to its batch. */
const ON_THE_WAY = 500;
const BATCH_TIMEOUT = 1_000;
const LATEST = 20 * 60_000;

/** Milliseconds until what an invocation that broke off had comes again. */
const RETRY = 5_000;

const MAX_BATCH = 100;

/** Tries of one message; wrangler.toml allows more, and a history is short. */
const MAX_ATTEMPTS = 8;

/** A queue of the platform: at least once, in any order, in batches, to any isolate. */
export class SimulatedQueue {
  readonly #world: World;
  readonly #name: string;
  /** Where a message goes that no try could deliver; null where it is tried on. */
  readonly #deadLetters: SimulatedQueue | null;
  #due: Held[] = [];
  /** How many are on their way, or being dealt with. */
  #underWay = 0;
  #last = 0;

  constructor(world: World, name: string, deadLetters: SimulatedQueue | null) {
    this.#world = world;
    this.#name = name;
    this.#deadLetters = deadLetters;
  }

  size(): number {
    return this.#underWay + this.#due.length;
  }

  async send(body: unknown): Promise<QueueSendResponse> {
    this.#put({ id: `${this.#name} ${++this.#last}`, body: JSON.stringify(body), attempts: 1 });
    return { metadata: { metrics: { backlogCount: this.size(), backlogBytes: 0 } } };
  }

  async sendBatch(messages: Iterable<{ readonly body: unknown }>): Promise<QueueSendBatchResponse> {
    for (const { body } of messages) await this.send(body);
    return { metadata: { metrics: { backlogCount: this.size(), backlogBytes: 0 } } };
  }

  #put(message: Held): void {
    const copies = strikes(this.#world, "message twice") ? [message, message] : [message];
    for (const copy of copies) {
      const { random } = this.#world.scheduler.context;
      const isLate = strikes(this.#world, "message late");
      this.#come(copy, random.below(isLate ? LATEST : ON_THE_WAY));
    }
  }

  #come(message: Held, wait: number): void {
    const { scheduler } = this.#world;
    this.#underWay += 1;
    scheduler.at(scheduler.now + wait, () => {
      this.#underWay -= 1;
      this.#due.push(message);
      if (this.#due.length === 1) {
        scheduler.at(scheduler.now + BATCH_TIMEOUT, () => this.#deliver());
      }
    });
  }

  #deliver(): void {
    while (this.#due.length > 0) {
      const batch = this.#due.splice(0, MAX_BATCH);
      this.#underWay += batch.length;
      this.#consume(batch)
        .catch(this.#world.mishap)
        .finally(() => {
          this.#underWay -= batch.length;
        });
    }
  }

  /** What an isolate that dies had said of its messages is lost with it. */
  async #consume(batch: readonly Held[]): Promise<void> {
    const { scheduler, isolates, mishap } = this.#world;
    const isolate = isolates[scheduler.context.random.below(isolates.length)];
    if (isolate === undefined) throw new Error("no isolate consumes");
    if (strikes(this.#world, "isolate dies")) {
      scheduler.at(scheduler.now + scheduler.context.random.below(300), () =>
        this.#world.replace(isolate),
      );
    }
    const again = new Map<Held, number>();
    const messages = batch.map((held) => ({
      id: held.id,
      timestamp: new Date(scheduler.now),
      attempts: held.attempts,
      body: JSON.parse(held.body),
      ack: () => undefined,
      retry: ({ delaySeconds = 0 } = {}) => void again.set(held, delaySeconds * 1_000),
    }));
    const log = { error: () => undefined };
    const metrics = { stored: () => undefined };
    const parts = { queue: this.#name, messages };
    const run = isolate.host.served(consumeMessages({ ...isolate.useCases, log, metrics }, parts));
    const isDone = await run.then(
      () => true,
      (error) => {
        mishap(error);
        return false;
      },
    );
    const comeAgain = isDone ? [...again] : batch.map((held) => [held, RETRY] as const);
    for (const [held, wait] of comeAgain) this.#tryAgain(held, wait);
  }

  #tryAgain(held: Held, wait: number): void {
    const next = { ...held, attempts: held.attempts + 1 };
    if (this.#deadLetters === null || held.attempts < MAX_ATTEMPTS) this.#come(next, wait);
    else this.#deadLetters.#come({ ...held, attempts: 1 }, ON_THE_WAY);
  }
}
