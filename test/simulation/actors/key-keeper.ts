import { currentKey } from "../../../src/domain/keys/signing-key.ts";
import { done } from "../network.ts";
import { EDITOR, type People } from "../people.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";
import { type Actor, NETWORK_FAULTS } from "./actor.ts";
import { administer } from "./administrator.ts";
import { showMadeUp } from "./verifiers.ts";

/** What an editor may do, one set at a time. */
const GRANTS = [["articles:write"], ["articles:read"], ["articles:publish", "articles:read"]];

/** Whoever administers signing keys and what roles grant, over the API. */
export const keyKeeper: Actor = {
  name: "key keeper",
  faults: NETWORK_FAULTS,
  acts: {
    rotates: {
      weight: 1,
      async run(world, people) {
        const asked = { what: "rotate keys", user: people.administrator.id } as const;
        return administer(world, people, asked, async ({ keys }, caller) =>
          done(await keys.rotateSigningKeys(caller, true)),
        );
      },
    },
    "revokes a key": { weight: 0.7, run: revoke },
    "revokes a key while strangers make up kids": {
      weight: 0.5,
      async run(world, people, random) {
        const last = world.ledger.issued.at(-1);
        const strangers = last === undefined ? [] : [1, 2, 3, 4].map(() => showMadeUp(world, last));
        const answer = await revoke(world, people, random);
        await Promise.all(strangers);
        for (const { devices } of people.users) {
          for (const device of devices) await device.present(world);
          for (const device of devices) await device.verify(world);
        }
        return answer;
      },
    },
    "edits a role": {
      weight: 2,
      async run(world, people, random) {
        const permissions = GRANTS[random.below(GRANTS.length)] ?? [];
        const user = people.administrator.id;
        const asked = { what: "edit role", user, role: EDITOR, permissions } as const;
        const answer = await administer(world, people, asked, async ({ access }, caller) =>
          done(await access.updateRole(caller, EDITOR, { permissions })),
        );
        return `${EDITOR} ${permissions.join(", ")}: ${answer}`;
      },
    },
    "removes a role": {
      weight: 0.5,
      async run(world, people) {
        const user = people.administrator.id;
        const asked = { what: "edit role", user, role: EDITOR, permissions: [] } as const;
        return administer(world, people, asked, async ({ access }, caller) =>
          done(await access.removeRole(caller, EDITOR)),
        );
      },
    },
    "makes a role": {
      weight: 0.5,
      async run(world, people, random) {
        const permissions = GRANTS[random.below(GRANTS.length)] ?? [];
        const user = people.administrator.id;
        const asked = { what: "edit role", user, role: EDITOR, permissions } as const;
        const role = { name: EDITOR, description: "Edits.", permissions, ...waiting(world) };
        return administer(world, people, asked, async ({ access }, caller) =>
          done(await access.createRole(caller, role)),
        );
      },
    },
  },
};

const waiting = ({ editorWaits }: World) => (editorWaits ? { requireAal2: true } : {});

async function revoke(world: World, people: People, random: Random): Promise<string> {
  const kid = await keyToRevoke(world, random.chance(0.8));
  if (kid === null) return "no key";
  const asked = { what: "revoke key", user: people.administrator.id, kid } as const;
  const answer = await administer(world, people, asked, async ({ keys }, caller) =>
    done(await keys.revokeSigningKey(caller, kid)),
  );
  return `${kid.slice(0, 6)}: ${answer}`;
}

/** The key that signs, or the one that waits. */
async function keyToRevoke({ ports, scheduler }: World, isCurrent: boolean) {
  const rows = await ports.keys.list();
  const current = currentKey(rows, scheduler.now);
  const waiting = rows.filter((key) => key.revokedAt === null && key.kid !== current?.kid).at(-1);
  return (isCurrent ? current : (waiting ?? current))?.kid ?? null;
}
