import { Device } from "../device.ts";
import { type Actor, NETWORK_FAULTS } from "./actor.ts";

/** Whoever copies the tokens of a device, and uses them some time later. */
export const thief: Actor = {
  name: "thief",
  faults: NETWORK_FAULTS,
  acts: {
    "copies tokens": {
      weight: 1.5,
      async run(_, people, random) {
        const victim = random.pick(random.pick(people.users).devices);
        if (victim.held === null) return "nothing to copy";
        const copy = new Device(`thief of ${victim.name}`);
        copy.owner = victim.owner;
        copy.held = { ...victim.held };
        people.loot.push(copy);
        return victim.name;
      },
    },
    "refreshes with a copy": {
      weight: 1.5,
      async run(world, people, random) {
        const copy = people.loot[random.below(people.loot.length)];
        if (copy === undefined) return "has nothing";
        return `${copy.name}: ${await copy.present(world)}`;
      },
    },
    "uses a copied access token": {
      weight: 1,
      async run(world, people, random) {
        const copy = people.loot[random.below(people.loot.length)];
        if (copy === undefined) return "has nothing";
        return `${copy.name}: ${await copy.verify(world)}`;
      },
    },
  },
};
