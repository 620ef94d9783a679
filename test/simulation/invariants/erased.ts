import { contextOwner, deletedUser } from "../../../src/domain/events/event.ts";
import type { Person } from "../people.ts";
import type { World } from "../world.ts";
import type { Invariant } from "./invariant.ts";

/** Of whoever is deleted nothing is left but ids, wherever one looks (docs/privacy.md). */
export const erased: Invariant = {
  name: "of whoever is deleted nothing is left",
  watch: (world, { users }) => ({
    calm() {
      const owner = ownerLeft(world);
      if (owner !== null) return `where ${owner} was is still told, who is gone`;
      const gone = users.filter(({ id }) => !world.db.users.has(id));
      const found = gone.flatMap((person) => traceOf(world, person));
      return found[0] ?? null;
    },
  }),
};

/** Somebody who was deleted, and of whom the audit trail still says where they were; or null. */
function ownerLeft({ db, ports }: World): string | null {
  const gone = new Set(ports.audit.stored().flatMap((event) => deletedUser(event) ?? []));
  const left = [...gone].find(
    (id) =>
      !db.users.has(id) &&
      ports.audit
        .stored()
        .some((event) => contextOwner(event) === id && event.context.requestId !== null),
  );
  return left ?? null;
}

/** The stores, each as one text. */
const storesOf = ({ db, objects, loginNames, ports }: World): Readonly<Record<string, string>> => ({
  "the record": JSON.stringify([...db.users.values()]),
  "the objects": JSON.stringify([...objects.values()].map(({ kv }) => kv.list())),
  "the login names": JSON.stringify([...loginNames.values()].map(({ kv }) => kv.list())),
  "the audit trail": JSON.stringify(ports.audit.stored()),
  "the dead letters": JSON.stringify(ports.deadLetters.all()),
});

function traceOf(world: World, { email, id, name }: Person): string[] {
  const marks = [email, `ip of ${id}`, `agent of ${id}`, `of ${id}"`];
  return Object.entries(storesOf(world)).flatMap(([store, text]) =>
    marks.filter((mark) => text.includes(mark)).map((mark) => `${name}: ${store} hold "${mark}"`),
  );
}
