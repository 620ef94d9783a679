import type { Device } from "../device.ts";
import type { People } from "../people.ts";
import type { Random } from "../random.ts";
import { type Actor, NETWORK_FAULTS } from "./actor.ts";

const deviceOf = ({ users }: People, random: Random): Device =>
  random.pick(random.pick(users).devices);

const named = async (device: Device, answer: Promise<string>): Promise<string> =>
  `${device.name}: ${await answer}`;

/** People's clients, whose tabs share what is stored and race each other. */
export const client: Actor = {
  name: "client",
  faults: NETWORK_FAULTS,
  acts: {
    "opens a tab": {
      weight: 8,
      async run(world, people, random) {
        const device = deviceOf(people, random);
        const answer = device.held === null ? device.signIn(world) : device.refresh(world);
        return named(device, answer);
      },
    },
    "two tabs refresh": {
      weight: 6,
      async run(world, people, random) {
        const device = deviceOf(people, random);
        if (device.held === null) return named(device, device.signIn(world));
        const tabs = [device.refresh(world), device.refresh(world)];
        return `${device.name}: ${(await Promise.all(tabs)).join(" / ")}`;
      },
    },
    "uses its access token": {
      weight: 8,
      async run(world, people, random) {
        const device = deviceOf(people, random);
        return named(device, device.verify(world));
      },
    },
    "signs in": {
      weight: 2,
      async run(world, people, random) {
        const device = deviceOf(people, random);
        return named(device, device.signIn(world));
      },
    },
    "signs out": {
      weight: 2,
      async run(world, people, random) {
        const device = deviceOf(people, random);
        return named(device, device.logout(world, random.pick(["local", "others", "global"])));
      },
    },
    "changes its password": {
      weight: 2,
      async run(world, people, random) {
        const device = deviceOf(people, random);
        const next = `password ${random.below(1e6)} of ${device.owner.name}`;
        return named(device, device.changePassword(world, next));
      },
    },
  },
};
