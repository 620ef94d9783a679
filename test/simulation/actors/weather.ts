import { MAX_SKEW, type Part } from "../world.ts";
import type { Actor } from "./actor.ts";

/** What nobody waits for may be away for longer. */
const LASTING: ReadonlySet<Part> = new Set(["audit", "mail", "queue"]);

/** Outages that last, deaths and clocks: what nobody asked for. */
export const weather: Actor = {
  name: "weather",
  faults: [],
  acts: {
    outage: {
      weight: 1,
      async run(world, _, random) {
        const part = random.pick([
          "d1",
          "objects",
          "kv",
          "throttle",
          "queue",
          "audit",
          "mail",
        ] as const);
        const seconds = 1 + random.below(LASTING.has(part) ? 1_200 : 90);
        world.takeDown(part, seconds * 1_000);
        return `${part} is down for ${seconds} s`;
      },
    },
    "an isolate is replaced": {
      weight: 1.5,
      async run(world, _, random) {
        const isolate = world.isolates[random.below(world.isolates.length)];
        if (isolate === undefined) return "none";
        world.replace(isolate);
        return isolate.host.name;
      },
    },
    "a clock jumps": {
      weight: 1,
      async run(world, { users }, random) {
        const { id, name } = random.pick(users);
        const skew = random.below(2 * MAX_SKEW) - MAX_SKEW;
        world.setSkew(id, skew);
        return `${name}'s object is ${skew} ms ahead`;
      },
    },
  },
};
