import { release, reserve, type ThrottleState } from "../../src/domain/credentials/throttle.ts";

export type Step =
  | { readonly do: "try" }
  | { readonly do: "release"; readonly which: number }
  | { readonly do: "clear" }
  | { readonly do: "clock"; readonly by: number };

type Verdict = { readonly kind: string; readonly retryAfter: number };

const DAY = 24 * 3_600_000;

/** Seconds to wait after so many failures, written out: 1, 2, 4 ... 2048, then an hour each. */
const delay = (failures: number): number => {
  const doubled = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048];
  return failures < 10 ? 0 : 1_000 * (doubled[failures - 10] ?? 3600);
};

/** Plays a history with the rules as they are and, beside it, as the design tells them. */
export class ThrottleHistory {
  #now = 10 * DAY;
  #state: ThrottleState | null = null;
  #tries: { before: ThrottleState | null; reserved: ThrottleState }[] = [];
  /** The model: how many failures count, and when the last of them was. */
  #failures = 0;
  #lastAt = 0;
  expected: Verdict = { kind: "none", retryAfter: 0 };
  /** When each try that was let through was made. */
  readonly counted: number[] = [];

  take(step: Step): Verdict {
    switch (step.do) {
      case "try":
        return this.#try();
      case "release":
        return this.#release(step.which);
      case "clear":
        this.#state = null;
        this.#tries = [];
        this.#failures = 0;
        return this.#settle();
      case "clock":
        this.#now += step.by;
        return this.#settle();
    }
  }

  #try(): Verdict {
    this.expected = this.#judge();
    const before = this.#state;
    const decision = reserve(before, this.#now);
    if (decision.kind !== "allowed") {
      return { kind: decision.kind, retryAfter: decision.retryAfter };
    }
    this.#state = decision.state;
    this.#tries.push({ before, reserved: decision.state });
    this.counted.push(this.#now);
    return { kind: "allowed", retryAfter: 0 };
  }

  #judge(): Verdict {
    const since = this.#now - this.#lastAt;
    if (since >= (this.#failures >= 100 ? 30 * DAY : DAY)) this.#failures = 0;
    if (this.#failures >= 100) return { kind: "locked", retryAfter: 3_600_000 };
    const wait = since < 0 ? 0 : delay(this.#failures) - since;
    if (wait > 0) return { kind: "delayed", retryAfter: wait };
    this.#failures += 1;
    this.#lastAt = this.#now;
    return { kind: "allowed", retryAfter: 0 };
  }

  /** Takes one try back: the count sinks by one, and the last try alone gives its time back. */
  #release(which: number): Verdict {
    const [taken] = this.#tries.splice(which % Math.max(this.#tries.length, 1), 1);
    if (taken === undefined) return this.#settle();
    const wasLast =
      this.#state?.failures === taken.reserved.failures &&
      this.#state.lastAt === taken.reserved.lastAt;
    this.#state = release(this.#state, taken.before, taken.reserved);
    if (wasLast && taken.before !== null) {
      this.#failures = taken.before.failures;
      this.#lastAt = taken.before.lastAt;
    } else this.#failures = wasLast ? 0 : Math.max(0, this.#failures - 1);
    return this.#settle();
  }

  /** After what is no try, both sides tell what they remember. */
  #settle(): Verdict {
    this.expected = { kind: "none", retryAfter: this.#failures };
    return { kind: "none", retryAfter: this.#state?.failures ?? 0 };
  }
}
