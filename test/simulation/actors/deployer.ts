import { ROLLOUT, type World } from "../world.ts";
import type { Actor } from "./actor.ts";

/** What a new root secret waits for between two steps: docs/operations.md. */
const STEP = ROLLOUT + 60_000;

/** When each history last deployed. */
const deployedAt = new WeakMap<World, number>();

/** Whoever deploys: values change while isolates with the old ones still serve. */
export const deployer: Actor = {
  name: "deployer",
  faults: [],
  acts: {
    "changes a value": {
      weight: 1.5,
      async run(world, _, random) {
        const what = world.settings.change(random);
        world.deploy(random);
        return what;
      },
    },
    "goes on with a new root secret": {
      weight: 2,
      async run(world, _, random) {
        const { settings, scheduler } = world;
        if (scheduler.now < (deployedAt.get(world) ?? 0) + STEP) return "waits";
        const next = nextSecrets(settings.secrets, await wrappedUnder(world));
        if (next === null) return "waits for the keys to be wrapped again";
        deployedAt.set(world, scheduler.now);
        settings.setSecrets(next);
        world.deploy(random);
        return next.map((version) => `v${version}`).join();
      },
    },
  },
};

/**
 * A new version is made known first, then written with, and the old one goes once no key needs it.
 *
 * @returns null where that is not so yet
 */
function nextSecrets(
  [first = 1, second]: readonly number[],
  wrapped: ReadonlySet<number>,
): readonly number[] | null {
  if (second === undefined) return [first, first + 1];
  if (second > first) return [second, first];
  return wrapped.has(second) ? null : [first];
}

/** The versions that the signing keys are wrapped under. */
async function wrappedUnder({ ports }: World): Promise<ReadonlySet<number>> {
  const keys = (await ports.keys.list()).filter(({ revokedAt }) => revokedAt === null);
  return new Set(keys.map(({ wrappedPrivate }) => Number(/^v(\d+)/.exec(wrappedPrivate)?.[1])));
}
