import { isYounger } from "../../../domain/time.ts";
import type { Undecided } from "../../../use-cases/credentials/ports.ts";

/** Milliseconds after which a try is not waited for any more: whoever made it may be gone. */
const LONGEST_CHECK = 5_000;

/**
 * Tries that were let through and are being checked. A try that would be delayed waits for them
 * first: if one was right, the count is cleared and there is no delay. They are kept in memory:
 * where the object is lost, a client gets the delay that it would have had.
 */
export class UndecidedTries implements Undecided {
  #begun: number[] = [];
  #waiting: ((wasRight: boolean) => void)[] = [];

  begin(now: number): void {
    this.#begun.push(now);
  }

  drop(): void {
    this.#begun.shift();
    if (this.#begun.length === 0) this.#tell(false);
  }

  succeed(): void {
    this.#begun.shift();
    this.#tell(true);
  }

  async outcome(now: number): Promise<boolean> {
    this.#begun = this.#begun.filter((begun) => isYounger(begun, now, LONGEST_CHECK));
    if (this.#begun.length === 0) return false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const decided = new Promise<boolean>((resolve) => {
      this.#waiting.push(resolve);
      timer = setTimeout(() => resolve(false), LONGEST_CHECK);
    });
    return decided.finally(() => clearTimeout(timer));
  }

  #tell(wasRight: boolean): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(wasRight);
  }
}
