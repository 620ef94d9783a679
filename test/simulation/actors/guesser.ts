import { ANYONE } from "../../../src/domain/access/actor.ts";
import { passwordOf } from "../../support/memory-service.ts";
import { done, send, shown, withTokens } from "../network.ts";
import type { Person } from "../people.ts";
import type { World } from "../world.ts";
import { type Actor, NETWORK_FAULTS } from "./actor.ts";

/** Tries in a burst, at most: more than are free. */
const MOST = 14;

async function guess(world: World, { id: user, email }: Person, password: string): Promise<string> {
  const input = { email, password: passwordOf(password), deviceToken: null };
  const asked = { what: "guess", user, name: email } as const;
  const answer = await send(world, asked, async ({ sessions }, from) =>
    withTokens(await sessions.authenticateUser({ ...ANYONE, from }, input)),
  );
  return shown(answer);
}

/** Strangers who guess passwords, and owners whom they must not shut out. */
export const guesser: Actor = {
  name: "guesser",
  share: 0.4,
  faults: NETWORK_FAULTS,
  acts: {
    "guesses a password": {
      weight: 3,
      async run(world, { users }, random) {
        const victim = random.pick(users);
        const guesses = Array.from({ length: 1 + random.below(MOST) }, () =>
          guess(world, victim, `guess number ${random.below(1e6)}`),
        );
        return `${victim.name}: ${(await Promise.all(guesses)).join(", ")}`;
      },
    },
    "is the owner, on a known device": {
      weight: 1.5,
      async run(world, { users }, random) {
        const device = random.pick(random.pick(users).devices);
        if (device.held === null) return `${device.name} is signed out`;
        const { id: user, email, password } = device.owner;
        const deviceToken = device.held.refreshToken;
        const input = { email, password: passwordOf(password), deviceToken };
        const asked = { what: "sign in", user, password } as const;
        const answer = await send(world, asked, async ({ sessions }, from) =>
          withTokens(await sessions.authenticateUser({ ...ANYONE, from }, input)),
        );
        device.keep(world, answer);
        return `${device.name}: ${shown(answer)}`;
      },
    },
    "mistypes their own password": {
      weight: 1,
      async run(world, { users }, random) {
        const device = random.pick(random.pick(users).devices);
        if (device.held === null) return `${device.name} is signed out`;
        const { id: user, email } = device.owner;
        const deviceToken = device.held.refreshToken;
        const input = { email, password: passwordOf("a password mistyped"), deviceToken };
        const asked = { what: "guess", user, name: null } as const;
        const answer = await send(world, asked, async ({ sessions }, from) =>
          done(await sessions.authenticateUser({ ...ANYONE, from }, input)),
        );
        return `${device.name}: ${shown(answer)}`;
      },
    },
  },
};
