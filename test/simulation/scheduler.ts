import type { Random } from "./random.ts";

/** On whose account something happens: the step that caused it, as far as anybody can tell. */
export type Context = {
  readonly step: number;
  readonly random: Random;
  /** Faults that may strike what this step causes. */
  readonly faults: readonly string[];
  /** Those that did. */
  readonly struck: string[];
};

type Task = {
  readonly due: number;
  readonly order: number;
  readonly context: Context;
  /** Null once it was cancelled. */
  run: (() => void) | null;
};

/**
 * All that waits for nothing but other code has run: nothing here waits for the platform, and Node
 * comes to its ticks when no promise is left to go on.
 */
const quiescence = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

/** Milliseconds that a hop between two machines takes, unless something slows it down. */
const USUAL_HOP = 40;

/**
 * Virtual time. Whatever waits is a task; one at a time is released, the one that is due first, and
 * nothing else is until all that it set going waits again.
 */
export class Scheduler {
  now: number;
  context: Context;
  readonly #tasks: Task[] = [];
  #order = 0;

  constructor(now: number, context: Context) {
    this.now = now;
    this.context = context;
  }

  /** @returns cancels it */
  at(due: number, run: () => void, context = this.context): () => void {
    const task: Task = { due: Math.max(due, this.now), order: this.#order++, context, run };
    this.#tasks.splice(this.#placeFor(task.due), 0, task);
    return () => {
      task.run = null;
    };
  }

  after(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.at(this.now + milliseconds, resolve));
  }

  /** A message travels: how long is for the step that sent it to draw. */
  hop(): Promise<void> {
    const { random, faults } = this.context;
    const isSlow = faults.includes("slow network") && random.chance(0.2);
    return this.after(1 + random.below(isSlow ? 4_000 : USUAL_HOP));
  }

  /** Releases all that is due until then, one after the other. */
  async runUntil(time: number, afterEach: () => void): Promise<void> {
    await quiescence();
    for (let task = this.#tasks[0]; task !== undefined && task.due <= time; task = this.#tasks[0]) {
      this.#tasks.shift();
      if (task.run === null) continue;
      this.now = task.due;
      this.context = task.context;
      task.run();
      await quiescence();
      afterEach();
    }
    this.now = Math.max(this.now, time);
  }

  /** Behind all that are due no later. */
  #placeFor(due: number): number {
    let [low, high] = [0, this.#tasks.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#tasks[middle]?.due ?? 0) <= due) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
