import type { Actor as Caller } from "../../../src/domain/access/actor.ts";
import type { UseCases } from "../isolate.ts";
import type { Answer, Asked } from "../ledger.ts";
import { done, send, shown } from "../network.ts";
import { EDITOR, type People } from "../people.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";
import { type Actor, NETWORK_FAULTS } from "./actor.ts";

type Work = (useCases: UseCases, caller: Caller) => Promise<Answer>;

/** Through the API: with an access token, whose rights are read as of now. */
export async function administer(
  world: World,
  { administrator }: People,
  asked: Asked,
  work: Work,
): Promise<string> {
  const [desk] = administrator.devices;
  const token = await desk.access(world);
  if (token === null) return "not signed in";
  const answer = await send(world, { ...asked, by: administrator.id }, async (useCases, from) => {
    const known = await useCases.tokens.identifyCaller(token, true);
    return known.ok ? work(useCases, { ...known.value, from }) : done(known);
  });
  return shown(answer);
}

const target = (people: People, random: Random) => random.pick(people.users);

/** Whoever administers accounts over the API. */
export const administrator: Actor = {
  name: "administrator",
  faults: NETWORK_FAULTS,
  acts: {
    "disables or enables": {
      weight: 3,
      async run(world, people, random) {
        const { id: user, name } = target(people, random);
        const status = random.pick(["active", "active", "disabled"] as const);
        const asked = { what: "set status", user, status } as const;
        const answer = await administer(world, people, asked, async ({ accounts }, caller) =>
          done(await accounts.updateUser(caller, user, { status })),
        );
        return `${name} ${status}: ${answer}`;
      },
    },
    "gives or takes a role": {
      weight: 3,
      async run(world, people, random) {
        const { id: user, name } = target(people, random);
        const holds = random.chance(0.5);
        const asked = { what: "set role", user, role: EDITOR, holds } as const;
        const wanted = holds ? "assign_role" : "remove_role";
        const answer = await administer(world, people, asked, async ({ accounts }, caller) =>
          done(await accounts.setUserRole(caller, user, EDITOR, wanted)),
        );
        return `${holds ? "gives" : "takes"} ${EDITOR}, ${name}: ${answer}`;
      },
    },
    "ends sessions": {
      weight: 1,
      async run(world, people, random) {
        const { id: user, name } = target(people, random);
        const asked = { what: "end sessions", user } as const;
        const answer = await administer(world, people, asked, async ({ sessions }, caller) =>
          done(await sessions.endUserSessions(caller, user)),
        );
        return `${name}: ${answer}`;
      },
    },
    exports: {
      weight: 1.5,
      async run(world, people, random) {
        const { id: user, name } = target(people, random);
        const asked = { what: "export", user } as const;
        const answer = await administer(world, people, asked, async ({ accounts }, caller) => {
          const exported = await accounts.exportUser(caller, user, null);
          if (!exported.ok) return done(exported);
          const { events, held } = exported.value;
          const places = [...events, ...held.events]
            .filter(({ subject }) => subject.id === user)
            .flatMap(({ seq }) => seq ?? []);
          return { kind: "ok", places };
        });
        return `${name}: ${answer}`;
      },
    },
    deletes: {
      weight: 0.3,
      async run(world, people, random) {
        const { id: user, name } = target(people, random);
        const asked = { what: "delete", user } as const;
        const answer = await administer(world, people, asked, async ({ accounts }, caller) =>
          done(await accounts.deleteUser(caller, user)),
        );
        return `${name}: ${answer}`;
      },
    },
  },
};
