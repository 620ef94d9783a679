import { SYSTEM } from "../../../src/domain/access/actor.ts";
import { OK } from "../network.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";
import { type Actor, NETWORK_FAULTS } from "./actor.ts";

const isolateOf = (world: World, random: Random) =>
  world.isolates[random.below(world.isolates.length)];

/**
 * One run of the change feed. What was changed by hand before it began counts once it has told
 * everybody.
 */
export async function runFeed(world: World, random: Random): Promise<string> {
  const isolate = isolateOf(world, random);
  if (isolate === undefined) return "no isolate";
  const { ledger } = world;
  const begun = ledger.next();
  const { host, useCases } = isolate;
  const run = host.served(useCases.accounts.workOffChangeFeed(SYSTEM));
  const [outcome] = await Promise.allSettled([run]);
  if (outcome.status === "rejected") {
    world.mishap(outcome.reason);
    return "broke off";
  }
  const { caughtUp, failed, isMore } = outcome.value.value;
  if (failed > 0 || isMore) return `${caughtUp} told, ${failed} failed`;
  for (const seen of ledger.all) {
    if (seen.byHand && seen.answer === null && seen.begun < begun) ledger.answer(seen, OK);
  }
  return `${caughtUp} told`;
}

export async function runRotation(world: World, random: Random): Promise<string> {
  const isolate = isolateOf(world, random);
  if (isolate === undefined) return "no isolate";
  const { host, useCases } = isolate;
  const rotation = host.served(useCases.keys.rotateSigningKeys(SYSTEM, false));
  return rotation.then(
    () => "done",
    (error) => {
      world.mishap(error);
      return "broke off";
    },
  );
}

/** What the platform's clock starts: it may run twice, late or never. */
export const crons: Actor = {
  name: "cron",
  faults: NETWORK_FAULTS,
  acts: {
    "change feed": {
      weight: 4,
      async run(world, _, random) {
        const isTwice = random.chance(0.2);
        const runs = [runFeed(world, random), ...(isTwice ? [runFeed(world, random)] : [])];
        return (await Promise.all(runs)).join(" / ");
      },
    },
    "signing keys": {
      weight: 3,
      async run(world, _, random) {
        const isTwice = random.chance(0.3);
        const runs = [runRotation(world, random), ...(isTwice ? [runRotation(world, random)] : [])];
        return (await Promise.all(runs)).join(" / ");
      },
    },
  },
};
