import {
  forgottenAt,
  release,
  reserve,
  type ThrottleState,
} from "../../../domain/credentials/throttle.ts";
import type { AllowedAttempt, Attempt, Prover } from "../../../use-cases/credentials/ports.ts";

const PREFIX = "proofs/";

/**
 * Failed proofs of one user's password by those who are known here: inside the sessions, and for
 * each session whose token a sign-in shows. Every call is synchronous.
 */
export class ProofCounts {
  readonly #kv: SyncKvStorage;

  constructor(kv: SyncKvStorage) {
    this.#kv = kv;
  }

  /** @param limit of the provers that are remembered; the one that rested longest makes room */
  reserve(by: Prover, now: number, limit: number, credentialSetAt?: number): Attempt {
    const before = this.#load(by);
    const decision = reserve(before, now, credentialSetAt);
    if (decision.kind !== "allowed") return decision;
    if (before === null) this.#makeRoom(limit);
    this.#save(by, decision.state);
    return { kind: "allowed", before, reserved: decision.state };
  }

  release(by: Prover, attempt: AllowedAttempt): void {
    this.#save(by, release(this.#load(by), attempt.before, attempt.reserved));
  }

  clear(by: Prover): void {
    this.#save(by, null);
  }

  clearAll(): void {
    for (const [key] of this.#all()) this.#kv.delete(key);
  }

  purge(now: number): void {
    for (const [key, state] of this.#all()) {
      if (forgottenAt(state) <= now) this.#kv.delete(key);
    }
  }

  /** When the next count is forgotten (Unix milliseconds), or null when there is none. */
  nextForgotten(): number | null {
    const times = this.#all().map(([, state]) => forgottenAt(state));
    return times.length === 0 ? null : Math.min(...times);
  }

  #makeRoom(limit: number): void {
    const surplus = this.#all().sort(([, a], [, b]) => b.lastAt - a.lastAt);
    for (const [key] of surplus.slice(limit - 1)) this.#kv.delete(key);
  }

  #all(): [string, ThrottleState][] {
    return [...this.#kv.list<ThrottleState>({ prefix: PREFIX })];
  }

  #load(by: Prover): ThrottleState | null {
    return this.#kv.get<ThrottleState>(PREFIX + by) ?? null;
  }

  #save(by: Prover, state: ThrottleState | null): void {
    if (state === null) this.#kv.delete(PREFIX + by);
    else this.#kv.put(PREFIX + by, state);
  }
}
