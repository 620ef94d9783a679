import type { CodeFlow } from "../../../src/domain/credentials/code-flow.ts";
import { release, reserve, type ThrottleState } from "../../../src/domain/credentials/throttle.ts";
import { UndecidedTries } from "../../../src/persistence/durable/credentials/undecided-tries.ts";
import { nextTry, spendFlow } from "../../../src/use-cases/credentials/count-codes.ts";
import type { LoginThrottle } from "../../../src/use-cases/credentials/ports.ts";
import type { Clock } from "../../../src/use-cases/outside.ts";

export type MemoryLoginThrottle = LoginThrottle & {
  /** How many failures in a row are remembered. */
  failures(loginName: string): number;
};

export function memoryLoginThrottle(clock: Clock): MemoryLoginThrottle {
  const states = new Map<string, ThrottleState>();
  const save = (name: string, state: ThrottleState | null) =>
    state === null ? states.delete(name) : states.set(name, state);

  const flows = new Map<string, Map<string, CodeFlow>>();
  const flowsOf = (name: string): Map<string, CodeFlow> => {
    const ofName = flows.get(name) ?? new Map<string, CodeFlow>();
    flows.set(name, ofName);
    return ofName;
  };

  const undecided = new Map<string, UndecidedTries>();
  const undecidedOf = (name: string): UndecidedTries => {
    const tries = undecided.get(name) ?? new UndecidedTries();
    undecided.set(name, tries);
    return tries;
  };

  return {
    async reserve(name, credentialSetAt) {
      const before = states.get(name) ?? null;
      const decision = reserve(before, clock(), credentialSetAt);
      if (decision.kind === "allowed") {
        undecidedOf(name).begin(clock());
        save(name, decision.state);
        return { kind: "allowed", before, reserved: decision.state };
      }
      const isWorthWaiting =
        decision.kind === "delayed" && (await undecidedOf(name).outcome(clock()));
      return isWorthWaiting ? this.reserve(name, credentialSetAt) : decision;
    },
    async release(name, attempt) {
      undecidedOf(name).drop();
      save(name, release(states.get(name) ?? null, attempt.before, attempt.reserved));
    },
    async fail(name) {
      undecidedOf(name).drop();
    },
    async reserveCode(name, tried) {
      const before = states.get(name) ?? null;
      const flow = nextTry(flowsOf(name), tried, clock());
      if (flow === null) return { kind: "over" };
      const decision = reserve(before, clock());
      if (decision.kind !== "allowed") return decision;
      flowsOf(name).set(tried.id, flow);
      undecidedOf(name).begin(clock());
      save(name, decision.state);
      return { kind: "allowed", before, reserved: decision.state };
    },
    async spendCode(name, flowId) {
      const isFirst = spendFlow(flowsOf(name), flowId, clock());
      if (isFirst) await this.clear(name);
      else undecidedOf(name).drop();
      return isFirst;
    },
    async clear(name) {
      save(name, null);
      undecidedOf(name).succeed();
    },
    confirmEvents: async () => undefined,
    failures: (name) => states.get(name)?.failures ?? 0,
  };
}
