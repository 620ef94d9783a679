import { release, reserve, type ThrottleState } from "../../../src/domain/credentials/throttle.ts";
import type { AllowedAttempt, Attempt, Prover } from "../../../src/use-cases/credentials/ports.ts";
import type { Clock } from "../../../src/use-cases/outside.ts";

/** What a user's object remembers of failed proofs. */
export class MemoryProofs {
  readonly #states = new Map<Prover, ThrottleState>();
  readonly #clock: Clock;
  readonly #limit: number;

  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  reserve(by: Prover, credentialSetAt?: number): Attempt {
    const before = this.#states.get(by) ?? null;
    const decision = reserve(before, this.#clock(), credentialSetAt);
    if (decision.kind !== "allowed") return decision;
    this.#states.set(by, decision.state);
    const newestFirst = [...this.#states].sort(([, a], [, b]) => b.lastAt - a.lastAt);
    for (const [rested] of newestFirst.slice(this.#limit)) this.#states.delete(rested);
    return { kind: "allowed", before, reserved: decision.state };
  }

  release(by: Prover, attempt: AllowedAttempt): void {
    const after = release(this.#states.get(by) ?? null, attempt.before, attempt.reserved);
    if (after === null) this.#states.delete(by);
    else this.#states.set(by, after);
  }

  clear(by: Prover): void {
    this.#states.delete(by);
  }

  clearAll(): void {
    this.#states.clear();
  }
}
