import type { UserRow } from "../../support/fakes/memory-database.ts";
import type { Asked } from "../ledger.ts";
import { EDITOR, type People } from "../people.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";
import type { Actor } from "./actor.ts";

type Edit = { readonly asked: Asked; readonly row: (row: UserRow, now: number) => UserRow };

/** A row changed in D1 by hand; its triggers move the version on and note the account. */
export function byHand(world: World, { asked, row }: Edit): string {
  const before = world.db.users.get(asked.user);
  if (before === undefined) return "no such row";
  const after = row(before, world.scheduler.now);
  if (JSON.stringify(after) === JSON.stringify(before)) return "as it was";
  world.ledger.begin(asked, true);
  const user = { ...after.user, version: before.user.version + 1 };
  world.db.users.set(asked.user, { ...after, user });
  void world.feed.note(asked.user);
  return "done";
}

const someone = (people: People, random: Random) => random.pick(people.users);

/** Whoever runs the service and edits rows with `wrangler d1 execute`. */
export const operator: Actor = {
  name: "operator",
  faults: [],
  acts: {
    "edits a status": {
      weight: 1.5,
      async run(world, people, random) {
        const { id: user, name } = someone(people, random);
        const status = random.pick(["active", "active", "disabled"] as const);
        const row = (old: UserRow): UserRow => ({ ...old, user: { ...old.user, status } });
        return `${name} ${status}: ${byHand(world, { asked: { what: "set status", user, status }, row })}`;
      },
    },
    "edits roles": {
      weight: 1.5,
      async run(world, people, random) {
        const { id: user, name } = someone(people, random);
        const holds = random.chance(0.5);
        if (holds && !world.db.roles.has(EDITOR)) return "no such role"; // the foreign key
        const roles = holds ? [EDITOR, "user"] : ["user"];
        const row = (old: UserRow): UserRow => ({ ...old, user: { ...old.user, roles } });
        const asked = { what: "set role", user, role: EDITOR, holds } as const;
        return `${name} ${roles.join(", ")}: ${byHand(world, { asked, row })}`;
      },
    },
    "sets a password": {
      weight: 0.7,
      async run(world, people, random) {
        const person = someone(people, random);
        const password = `password ${random.below(1e6)} by hand`;
        const row = (old: UserRow, now: number): UserRow => ({
          ...old,
          user: { ...old.user, passwordSetAt: Math.max(now, old.user.passwordSetAt + 1) },
          passwordHash: `current:${password}`,
        });
        const asked = { what: "set password", user: person.id, password } as const;
        const answer = byHand(world, { asked, row });
        if (answer === "done") person.password = password;
        return `${person.name}: ${answer}`;
      },
    },
  },
};
