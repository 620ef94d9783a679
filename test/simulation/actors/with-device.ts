import { asPerson, type Device } from "../device.ts";
import type { Answer, Asked } from "../ledger.ts";
import { send, shown } from "../network.ts";
import type { People } from "../people.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";
import type { Actor } from "./actor.ts";

const deviceOf = ({ users }: People, random: Random): Device =>
  random.pick(random.pick(users).devices);

/** Asks in the session at hand, as its owner. */
export async function ask(
  world: World,
  device: Device,
  asked: (session: NonNullable<Device["held"]>["sessionId"]) => Asked,
  act: Parameters<typeof asPerson>[3] extends (caller: infer Caller) => Promise<Answer>
    ? (useCases: Parameters<Parameters<typeof send>[2]>[0], caller: Caller) => Promise<Answer>
    : never,
): Promise<Answer | "lost" | null> {
  const token = await device.access(world);
  if (token === null || device.held === null) return null;
  return send(world, asked(device.held.sessionId), (useCases, from) =>
    asPerson(useCases, from, token, (caller) => act(useCases, caller)),
  );
}

/** An act of somebody with one of their devices. */
export const withDevice =
  (
    act: (world: World, device: Device, random: Random) => Promise<string>,
  ): Actor["acts"][string]["run"] =>
  async (world, people, random) => {
    const device = deviceOf(people, random);
    return `${device.name}: ${await act(world, device, random)}`;
  };

export const told = (answer: Answer | "lost" | null): string =>
  answer === null ? "cannot sign in" : shown(answer);
