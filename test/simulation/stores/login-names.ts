import { createHash } from "node:crypto";
import type { ThrottleState } from "../../../src/domain/credentials/throttle.ts";
import { kvCodeFlowStore } from "../../../src/persistence/durable/credentials/code-flow-store.ts";
import { durableLoginThrottle } from "../../../src/persistence/durable/credentials/login-throttle.ts";
import { UndecidedTries } from "../../../src/persistence/durable/credentials/undecided-tries.ts";
import { KvOutbox } from "../../../src/persistence/durable/events/kv-outbox.ts";
import { eventQueue } from "../../../src/persistence/queue/event-queue.ts";
import {
  type LoginNameJudge,
  loginNameJudge,
} from "../../../src/use-cases/credentials/judge-login-name.ts";
import type { LoginNameStore, LoginThrottle } from "../../../src/use-cases/credentials/ports.ts";
import { messageOf } from "../../../src/use-cases/events/message-of.ts";
import { someEventId } from "../../support/samples.ts";
import type { Host } from "../host.ts";
import type { World } from "../world.ts";
import { ALARM, type Parts, SimulatedObject } from "./object.ts";
import { QUEUE, remote } from "./remote.ts";
import { namespaceOf } from "./stubs.ts";

type LoginNameObject = SimulatedObject<Omit<LoginNameJudge, "alarm">>;

const STATE = "state";

/** A name that tells nothing, as the real one does. */
export const keyOf = (name: string): string => createHash("sha256").update(name).digest("hex");

/** The real adapter, as one host has it, over the simulated objects. */
export const throttleSeenBy = (world: World, host: Host): LoginThrottle =>
  durableLoginThrottle(
    namespaceOf(world, host, "throttle", (id) => objectOf(world, id)),
    keyOf,
  );

/** What one object remembers of its name. */
export const stateOf = ({ kv }: LoginNameObject): ThrottleState | null =>
  kv.get<ThrottleState>(STATE) ?? null;

function objectOf(world: World, id: string): LoginNameObject {
  const known = world.loginNames.get(id);
  if (known !== undefined) return known;
  const object = new SimulatedObject<Omit<LoginNameJudge, "alarm">>(world, {
    name: `object of login name ${id.slice(0, 6)}`,
    wake(parts) {
      const store = journaledStore(world, id, parts);
      const judge = loginNameJudge({ store, clock: parts.clock, newEventId: someEventId });
      const calls = {
        ...judge,
        async reserve(credentialSetAt?: number) {
          const attempt = await judge.reserve(credentialSetAt);
          if (attempt.kind === "allowed") world.tries.grantByName(id);
          return attempt;
        },
      };
      return { calls, alarm: () => judge.alarm() };
    },
  });
  world.loginNames.set(id, object);
  return object;
}

/** As src/persistence/durable/credentials/login-name-store.ts has it. */
function journaledStore(
  world: World,
  id: string,
  { host, kv, clock, defer, gate }: Parts,
): LoginNameStore {
  const queue = eventQueue(remote(world, host, QUEUE, world.queue));
  return {
    state: () => kv.get<ThrottleState>(STATE) ?? null,
    flows: kvCodeFlowStore(kv),
    undecided: new UndecidedTries(),
    outbox: new KvOutbox({
      kv,
      queue: { send: (messages) => gate().then(() => queue.send(messages)) },
      clock,
      defer,
      placesAfter: clock,
      addressed: (event, place) =>
        messageOf({ ...event, seq: null }, { kind: "login_name", id, place }),
    }),
    async save(state, wakeAt) {
      if (wakeAt === null) return kv.clear();
      if (state === null) kv.delete(STATE);
      else kv.put(STATE, state);
      kv.put(ALARM, wakeAt);
    },
  };
}
