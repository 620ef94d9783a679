import { MAX_SKEW } from "../world.ts";
import type { Actor } from "./actor.ts";

/** Outages that last, deaths and clocks: what nobody asked for. */
export const weather: Actor = {
  name: "weather",
  faults: [],
  acts: {
    outage: {
      weight: 1,
      async run(world, _, random) {
        const part = random.pick(["d1", "objects", "kv", "throttle", "queue"] as const);
        const seconds = 1 + random.below(90);
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
