import type { ThrottleState } from "../../../domain/credentials/throttle.ts";
import type { LoginNameStore } from "../../../use-cases/credentials/ports.ts";
import { messageOf } from "../../../use-cases/events/message-of.ts";
import type { EventQueue } from "../../../use-cases/events/ports.ts";
import { KvOutbox } from "../events/kv-outbox.ts";
import { inBackground } from "../in-background.ts";
import { kvCodeFlowStore } from "./code-flow-store.ts";
import { UndecidedTries } from "./undecided-tries.ts";

const STATE = "state";

/**
 * A login name's own storage. The name is a stranger's to choose, so the object is emptied once there
 * is nothing to remember.
 */
export function durableLoginNameStore(ctx: DurableObjectState, queue: EventQueue): LoginNameStore {
  const { storage } = ctx;
  const { kv } = storage;
  const id = ctx.id.toString();
  return {
    state: () => kv.get<ThrottleState>(STATE) ?? null,
    flows: kvCodeFlowStore(kv),
    undecided: new UndecidedTries(),
    outbox: new KvOutbox({
      kv,
      queue,
      clock: () => Date.now(),
      defer: inBackground,
      placesAfter: () => Date.now(), // emptied and begun anew, it must not confirm what is new
      addressed: (event, place) =>
        messageOf({ ...event, seq: null }, { kind: "login_name", id, place }),
    }),

    async save(state, wakeAt) {
      if (wakeAt === null) {
        await storage.deleteAlarm();
        await storage.deleteAll();
        return;
      }
      if (state === null) kv.delete(STATE);
      else kv.put(STATE, state);
      await storage.setAlarm(wakeAt);
    },
  };
}
