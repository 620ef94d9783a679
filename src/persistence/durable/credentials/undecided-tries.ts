import { isYounger } from "../../../domain/time.ts";

/** Milliseconds after which a try is not waited for any more: whoever made it may be gone. */
const LONGEST_CHECK = 5_000;

/**
 * Tries that were let through and are being checked. A try that would be delayed waits for them
 * first: if one was right, the count is cleared and there is no delay. They are kept in memory:
 * where the object is lost, a client gets the delay that it would have had.
 */
export class UndecidedTries {
  #begun: number[] = [];
  #waiting: ((wasRight: boolean) => void)[] = [];

  begin(now: number): void {
    this.#begun.push(now);
  }

  /** One was wrong, or came to nothing. */
  drop(): void {
    this.#begun.shift();
    if (this.#begun.length === 0) this.#tell(false);
  }

  /** One was right, which clears the count for all that wait. */
  succeed(): void {
    this.#begun.shift();
    this.#tell(true);
  }

  /** @returns true when one of those under way was right, false when none was, or none in time */
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
