import type { Scheduler } from "./scheduler.ts";

/** As the runtime marks the errors of what it could not reach: the outcome is unknown. */
export class BrokenOff extends Error {
  override readonly name = "Error";
  readonly retryable = true;
}

/**
 * An isolate, or an object while it is awake: memory that can be lost at any moment. What a dead one
 * still waits for never comes, so that nothing it would do afterwards is done.
 */
export class Host {
  readonly name: string;
  readonly #scheduler: Scheduler;
  readonly #death = Promise.withResolvers<never>();
  isAlive = true;
  /** Whether it still runs the code of an earlier release. */
  isOlder = false;

  constructor(name: string, scheduler: Scheduler) {
    this.name = name;
    this.#scheduler = scheduler;
    this.#death.promise.catch(() => undefined);
  }

  die(): void {
    this.isAlive = false;
    this.#death.reject(new BrokenOff(`${this.name} died`));
  }

  /** A message on its way to this host. */
  async hop(): Promise<void> {
    await this.#scheduler.hop();
    await this.living();
  }

  /** Goes on if it is still alive, and never otherwise. */
  async living(): Promise<void> {
    if (!this.isAlive) await new Promise(() => undefined);
  }

  /** What others see of its work: it breaks off when the host dies. */
  served<T>(work: Promise<T>): Promise<T> {
    work.catch(() => undefined);
    return Promise.race([work, this.#death.promise]);
  }
}
