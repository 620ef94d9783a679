import { randomBytes } from "node:crypto";
import { tell } from "./control.ts";
import type { Act } from "./ledger.ts";
import { adminToken, type World } from "./world.ts";

/*
 * What is changed in D1 alone: roles, keys and new accounts.
 */

const ABOUT_ROLES = "roles";
/** Roles that are there at once, about. */
const ROLES = 5;

export async function editRole(world: World): Promise<void> {
  const { random, roles, service } = world;
  const name = `role-${random.below(ROLES)}`;
  const known = roles.get(name) ?? { state: null, pending: null };
  roles.set(name, known);
  if (known.pending !== null) return; // until the record was read
  const description = randomBytes(8).toString("hex");
  const isNew = known.state === null;
  const to = !isNew && random.chance(0.3) ? null : description;
  const common = { about: ABOUT_ROLES, token: adminToken(world) };
  const path = `/v1/roles/${name}`;
  const ask = () => {
    if (isNew) {
      const body = { name, description, permissions: ["reports:read"] };
      const events = ["role.created"] as const;
      return service.ask({ ...common, method: "POST", path: "/v1/roles", body, events });
    }
    if (to === null) {
      return service.ask({ ...common, method: "DELETE", path, events: ["role.deleted"] });
    }
    const events = ["role.updated"] as const;
    return service.ask({ ...common, method: "PATCH", path, body: { description }, events });
  };
  const answer = await ask();
  if (answer.status === null) known.pending = { act: answer.act, to };
  else known.state = to;
}

/** Each address once: whether a try without an answer made an account is found out later. */
export async function register(world: World, password: string): Promise<void> {
  const email = `new-${randomBytes(8).toString("hex")}@example.com`;
  const answer = await world.service.ask({
    about: email,
    method: "POST",
    path: "/v1/auth/register",
    body: { email, password },
    events: ["user.registered"],
  });
  world.registered.set(email, answer.act.id);
}

type Key = { readonly kid: string };

export async function rotateKeys(world: World): Promise<void> {
  const answer = await world.service.ask({
    about: "keys",
    method: "POST",
    path: "/v1/keys/rotate",
    // The new set is published before anybody is told that the keys are rotated.
    needsCaches: true,
    token: adminToken(world),
    body: {},
  });
  if (answer.status === null) return;
  for (const { kid } of answer.body.keys as Key[]) world.kids.add(kid);
}

const CRONS = ["* * * * *", "17 * * * *"];

/** As the platform runs them, only oftener. One that fails is run again. */
export async function runCrons({ random }: World, origin: string): Promise<void> {
  const cron = random.pick(CRONS) ?? "";
  await tell(origin, { kind: "cron", cron }).catch(() => undefined);
}

/** @returns what became of each act, for those that nobody answered */
export function found(act: Act | undefined, isThere: boolean): void {
  if (act !== undefined && act.happened === null) act.happened = isThere;
}
