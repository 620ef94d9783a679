import type { CodeFlow } from "../../../src/domain/credentials/code-flow.ts";
import type { ThrottleState } from "../../../src/domain/credentials/throttle.ts";
import type { Event } from "../../../src/domain/events/event.ts";
import { UndecidedTries } from "../../../src/persistence/durable/credentials/undecided-tries.ts";
import {
  type LoginNameJudge,
  loginNameJudge,
} from "../../../src/use-cases/credentials/judge-login-name.ts";
import type { LoginNameStore, LoginThrottle } from "../../../src/use-cases/credentials/ports.ts";
import type { Clock } from "../../../src/use-cases/outside.ts";
import { someEventId } from "../samples.ts";
import { memoryOutbox } from "./outbox.ts";

export type MemoryLoginThrottle = LoginThrottle & {
  /** How many failures in a row are remembered. */
  failures(loginName: string): number;
  /** What was told of every name, in order. */
  readonly events: readonly Event[];
};

/** The login names' objects: their own judge, and what it keeps in memory. */
export function memoryLoginThrottle(clock: Clock): MemoryLoginThrottle {
  const events: Event[] = [];
  const objects = new Map<string, { judge: LoginNameJudge; store: LoginNameStore }>();
  const objectOf = (name: string) => {
    const store = memoryStore(events);
    const judge = loginNameJudge({ store, clock, newEventId: someEventId });
    const object = objects.get(name) ?? { judge, store };
    objects.set(name, object);
    return object;
  };
  const judgeOf = (name: string) => objectOf(name).judge;
  return {
    events,
    reserve: (name, credentialSetAt) => judgeOf(name).reserve(credentialSetAt),
    release: (name, attempt) => judgeOf(name).release(attempt),
    fail: (name, failed) => judgeOf(name).fail(failed),
    clear: (name) => judgeOf(name).clear(),
    reserveCode: (name, tried) => judgeOf(name).reserveCode(tried),
    spendCode: (name, flowId) => judgeOf(name).spendCode(flowId),
    confirmEvents: (name, places) => judgeOf(name).confirmEvents(places),
    failures: (name) => objectOf(name).store.state()?.failures ?? 0,
  };
}

function memoryStore(events: Event[]): LoginNameStore {
  let known: ThrottleState | null = null;
  return {
    state: () => known,
    flows: new Map<string, CodeFlow>(),
    outbox: memoryOutbox(events, () => null),
    undecided: new UndecidedTries(),
    async save(state) {
      known = state;
    },
  };
}
