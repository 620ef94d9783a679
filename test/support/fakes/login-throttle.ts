import { release, reserve, type ThrottleState } from "../../../src/domain/throttle.ts";
import type { Clock, LoginThrottle } from "../../../src/use-cases/ports.ts";

export type MemoryLoginThrottle = LoginThrottle & {
  /** How many failures in a row are remembered. */
  failures(loginName: string): number;
};

export function memoryLoginThrottle(clock: Clock): MemoryLoginThrottle {
  const states = new Map<string, ThrottleState>();
  const save = (name: string, state: ThrottleState | null) =>
    state === null ? states.delete(name) : states.set(name, state);

  return {
    async reserve(name, credentialSetAt) {
      const before = states.get(name) ?? null;
      const decision = reserve(before, clock(), credentialSetAt);
      if (decision.kind !== "allowed") return decision;
      save(name, decision.state);
      return { kind: "allowed", before, reserved: decision.state };
    },
    async release(name, attempt) {
      save(name, release(states.get(name) ?? null, attempt.before, attempt.reserved));
    },
    async clear(name) {
      save(name, null);
    },
    failures: (name) => states.get(name)?.failures ?? 0,
  };
}
