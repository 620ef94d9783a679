import { randomBytes } from "node:crypto";
import { forgetLinks } from "./mails.ts";
import type { Person, Session } from "./people.ts";
import type { Ask } from "./service.ts";
import { bury, buryAll, refresh, sessionOf } from "./sessions.ts";
import { adminToken, ROLE, type World } from "./world.ts";

/*
 * What a person does, or an administrator with a person. Each asks once, and notes what was
 * acknowledged; of what was not, what it would have been.
 */

/** Links to a new password, an account: below what the service mails in an hour (docs/mail.md). */
const MAX_MAILS = 3;

export async function logout(
  world: World,
  person: Person,
  session: Session,
  scope: "local" | "others" | "global",
): Promise<void> {
  const hit = person.sessions.filter((other) => {
    if (scope === "global") return true;
    return scope === "local" ? other === session : other !== session;
  });
  const hidden = person.orphans.size + person.openings.length;
  if (hit.length === 0) return;
  // Another tab refreshes meanwhile: it may be the last that can.
  const racing = hit.includes(session) && world.random.chance(0.5);
  const [answer] = await Promise.all([
    world.service.ask({
      about: person.email,
      method: "POST",
      path: `/v1/auth/logout?scope=${scope}`,
      token: session.access,
      events: ["session.revoked"],
    }),
    racing ? refresh(world, person, session, 1, [401]) : null,
  ]);
  if (answer.status === null) {
    for (const other of hit) other.ending = answer.act;
    return;
  }
  bury(world, person, hit);
  if (scope === "local" || hidden === 0) return;
  person.orphans.clear();
  person.openings = [];
}

/** Somebody shows a token that was spent long ago: the session ends. */
export async function steal({ service, ...world }: World, person: Person, session: Session) {
  if (session.spent === null) return;
  const answer = await service.ask({
    about: person.email,
    method: "POST",
    path: "/v1/auth/refresh",
    body: { refresh_token: session.spent },
    allowed: [401],
    events: ["refresh.reused"],
  });
  if (answer.status === null) session.ending = answer.act;
  else {
    answer.act.happened = true;
    bury({ service, ...world }, person, [session]);
  }
}

export async function changePassword(world: World, person: Person, session: Session) {
  const next = `quiet herons ${randomBytes(12).toString("base64url")}`;
  const answer = await world.service.ask({
    about: person.email,
    method: "POST",
    path: "/v1/users/me/password",
    token: session.access,
    body: { current_password: person.password, new_password: next },
    allowed: person.mayWait ? [429] : [],
    events: ["user.password.changed", "session.opened"],
  });
  if (answer.status === null) {
    person.pending.password = { act: answer.act, to: next };
    person.mayWait = true;
  } else if (answer.status === 200) {
    person.password = next;
    person.passwordsChanged++;
    buryAll(world, person);
    person.sessions.push(sessionOf(answer.body));
  }
}

export async function rename({ service }: World, person: Person, session: Session): Promise<void> {
  const name = `Ada ${randomBytes(6).toString("hex")}`;
  const answer = await service.ask({
    about: person.email,
    method: "PATCH",
    path: "/v1/users/me",
    token: session.access,
    body: { name },
    events: ["user.renamed"],
  });
  if (answer.status === null) person.pending.name = { act: answer.act, to: name };
  else person.name = name;
}

export async function askForMail({ service }: World, { email, mails }: Person): Promise<void> {
  if (mails.asked + mails.unknown >= MAX_MAILS) return;
  const answer = await service.ask({
    about: email,
    method: "POST",
    path: "/v1/auth/password/forgot",
    body: { email },
  });
  if (answer.status === null) mails.unknown++;
  else mails.asked++;
}

const byAdmin = (
  world: World,
  person: Person,
  ask: Pick<Ask, "method" | "path" | "body" | "events">,
) => world.service.ask({ about: person.email, token: adminToken(world), ...ask });

/** Gives the role, or takes it. */
export async function toggleRole(world: World, person: Person): Promise<void> {
  const to = !person.holdsRole;
  const answer = await byAdmin(world, person, {
    method: to ? "PUT" : "DELETE",
    path: `/v1/users/${person.id}/roles/${ROLE}`,
    events: [to ? "user.role.assigned" : "user.role.removed"],
  });
  if (answer.status === null) person.pending.role = { act: answer.act, to };
  else person.holdsRole = to;
}

/** Disables the account, which ends all of its sessions, or enables it. */
export async function toggleStatus(world: World, person: Person): Promise<void> {
  const to = person.status === "active" ? "disabled" : "active";
  if (to === "disabled") await forgetLinks(world, person);
  const answer = await byAdmin(world, person, {
    method: "PATCH",
    path: `/v1/users/${person.id}`,
    body: { status: to },
    events: [to === "active" ? "user.enabled" : "user.disabled"],
  });
  if (answer.status === null) person.pending.status = { act: answer.act, to };
  else {
    person.status = to;
    if (to === "disabled") buryAll(world, person);
    else person.mayWait = false; // an administrator forgives failed tries
  }
}
