import { Violation } from "./ledger.ts";
import type { Person, Session } from "./people.ts";
import { bury, buryAll, refresh, signIn } from "./sessions.ts";
import { adminToken, ROLE, type World } from "./world.ts";

/*
 * What came of the acts whose outcome nobody knows, by what is there: either all of it, or nothing.
 * Whatever cannot be told yet, since the service does not answer, stays as it is.
 */

export async function settle(world: World, person: Person): Promise<void> {
  await settleRow(world, person);
  await settlePassword(world, person);
  for (const session of [...person.sessions]) await settleSession(world, person, session);
}

type Row = { status: "active" | "disabled"; name: string | null; roles: string[] };

export async function rowOf(world: World, person: Person): Promise<Row | null> {
  const answer = await world.service.ask({
    about: person.email,
    method: "GET",
    path: `/v1/users/${person.id}`,
    token: adminToken(world),
  });
  return answer.status === null ? null : answer.body.user;
}

async function settleRow(world: World, person: Person): Promise<void> {
  const { pending } = person;
  if (pending.name === null && pending.role === null && pending.status === null) return;
  const row = await rowOf(world, person);
  if (row === null) return;
  if (pending.name !== null) {
    pending.name.act.happened = row.name === pending.name.to;
    if (pending.name.act.happened) person.name = pending.name.to;
    pending.name = null;
  }
  if (pending.role !== null) {
    pending.role.act.happened = row.roles.includes(ROLE) === pending.role.to;
    if (pending.role.act.happened) person.holdsRole = pending.role.to;
    pending.role = null;
  }
  if (pending.status !== null) {
    const { act, to } = pending.status;
    act.happened = row.status === to;
    pending.status = null;
    if (!act.happened) return;
    person.status = to;
    if (to === "disabled") buryAll(world, person);
  }
}

/** The new password opens the account, or the old one does; with the new one no old session lives. */
async function settlePassword(world: World, person: Person): Promise<void> {
  const { pending } = person;
  if (pending.password === null || pending.status !== null) return;
  const { act, to } = pending.password;
  const old = [...person.sessions];
  const asked = await signIn(world, person, to, [401, 403]);
  if (asked === null || asked === 429) return;
  // With the right password alone it is said that the account is disabled.
  if (asked === 403 && person.status !== "disabled") {
    throw new Violation(person.email, "an active account is said to be disabled");
  }
  if (asked !== 401) {
    act.happened = true;
    person.password = to;
    person.passwordsChanged++;
    bury(world, person, old);
    person.orphans.clear();
    // Its own session may have been opened with it.
    person.openings = [act];
  } else act.happened = false;
  pending.password = null;
}

async function settleSession(world: World, person: Person, session: Session): Promise<void> {
  const { ending } = session;
  if (ending === null) return;
  const asked = await refresh(world, person, session, 1, [401]);
  if (asked === "unknown") return;
  const isOver = asked === "refused";
  if (ending.happened !== null && ending.happened !== isOver) {
    throw new Violation(person.email, `some sessions ended by ${ending.id}, and some did not`);
  }
  ending.happened = isOver;
  session.ending = null;
  if (isOver) bury(world, person, [session]);
}
