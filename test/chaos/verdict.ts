import { found } from "./administration.ts";
import { tell } from "./control.ts";
import { Violation } from "./ledger.ts";
import { isSettled, type Person } from "./people.ts";
import { check, refresh, replay } from "./sessions.ts";
import { rowOf, settle } from "./settle.ts";
import { adminToken, everybody, ROLE, type World } from "./world.ts";

/** Ended sessions that are tried again after each restart; all of them at the end. */
const SAMPLE = 6;

/** Milliseconds. */
const SETTLED_WITHIN = 60_000;
const PAUSE = 200;

/** Whatever was acknowledged is there, and what was not is there wholly or not at all. */
export async function judge(world: World, origin: string, howMany: "sample" | "all") {
  await Promise.all(everybody(world).map((person) => judgePerson(world, person)));
  await judgeEnded(world, howMany);
  await judgeRecord(world, origin);
}

async function judgePerson(world: World, person: Person): Promise<void> {
  const deadline = Date.now() + SETTLED_WITHIN;
  while (!isSettled(person)) {
    await settle(world, person);
    if (isSettled(person)) break;
    if (Date.now() > deadline) throw new Violation(person.email, "what came of it stays unknown");
    await new Promise((wake) => setTimeout(wake, PAUSE));
  }
  await judgeSessions(world, person);
  await judgeAgreement(world, person);
}

/** Each client goes on with the token it last had, and there is no session that nobody opened. */
async function judgeSessions(world: World, person: Person): Promise<void> {
  for (const session of person.sessions) {
    await replay(world, person, session);
    await refresh(world, person, session, 2);
  }
  const answer = await world.service.ask({
    about: person.email,
    method: "GET",
    path: `/v1/users/${person.id}/sessions`,
    token: adminToken(world),
  });
  if (answer.status === null) throw new Violation(person.email, "nobody lists the sessions");
  const listed = new Set((answer.body.sessions as { id: string }[]).map(({ id }) => id));
  for (const { id } of person.sessions) {
    if (!listed.delete(id)) throw new Violation(person.email, `session ${id} is not listed`);
  }
  const surplus = [...listed].filter((id) => !person.orphans.has(id));
  if (surplus.length > person.openings.length) {
    throw new Violation(person.email, `sessions that nobody opened: ${surplus.join(" ")}`);
  }
  person.orphans = listed;
  person.openings = [];
}

/** The row, what was acknowledged, and what the object answers are the same. */
async function judgeAgreement(world: World, person: Person): Promise<void> {
  const row = await rowOf(world, person);
  if (row === null) throw new Violation(person.email, "nobody reads the row");
  const isAsKnown =
    row.status === person.status &&
    row.roles.includes(ROLE) === person.holdsRole &&
    (row.name ?? "") === person.name;
  if (!isAsKnown) {
    const { status, holdsRole, name } = person;
    const known = JSON.stringify({ status, holdsRole, name });
    throw new Violation(person.email, `the row is ${JSON.stringify(row)}, known is ${known}`);
  }
  for (const session of person.sessions) {
    const roles = await check(world, person, session);
    if (roles?.toSorted().join() !== row.roles.toSorted().join()) {
      throw new Violation(person.email, `the object has ${roles?.join()}, the row ${row.roles}`);
    }
  }
}

/** Nothing of an ended session works again, by its refresh token or by its access token. */
async function judgeEnded({ service, ended, random }: World, howMany: "sample" | "all") {
  const draws = Array.from({ length: SAMPLE }, () => random.pick(ended));
  const some = howMany === "all" ? ended : draws.flatMap((one) => one ?? []);
  for (const { about, held, access } of some) {
    const refreshed = await service.ask({
      about,
      method: "POST",
      path: "/v1/auth/refresh",
      body: { refresh_token: held },
      allowed: [401],
    });
    const checked = await service.ask({
      about,
      method: "GET",
      path: "/v1/auth/check",
      token: access,
      allowed: [401],
    });
    if (refreshed.status !== 401 || checked.status !== 401) {
      throw new Violation(about, `an ended session lives: ${refreshed.act.id} ${checked.act.id}`);
    }
  }
}

/** What is kept in D1 alone. */
async function judgeRecord(world: World, origin: string): Promise<void> {
  const rows = async <Row>(query: string) =>
    (await tell(origin, { kind: "rows", database: "DB", query })) as Row[];
  const emails = await rows<{ email: string }>("select email from users");
  judgeRegistered(world, new Set(emails.map(({ email }) => email)));
  const roles = await rows<{ name: string; description: string }>(
    "select name, description from roles",
  );
  judgeRoles(world, new Map(roles.map(({ name, description }) => [name, description])));
  const keys = await rows<{ kid: string }>("select kid from signing_keys");
  const kids = new Set(keys.map(({ kid }) => kid));
  const lost = [...world.kids].filter((kid) => !kids.has(kid));
  if (lost.length > 0) throw new Violation("keys", `keys are gone: ${lost.join(" ")}`);
}

function judgeRegistered({ registered, ledger }: World, emails: ReadonlySet<string>): void {
  for (const [email, id] of registered) {
    const act = ledger.acts.get(id);
    found(act, emails.has(email));
    if (act?.happened !== emails.has(email)) {
      throw new Violation(email, `the account is ${emails.has(email) ? "" : "not "}there`);
    }
  }
}

function judgeRoles({ roles }: World, there: ReadonlyMap<string, string>): void {
  for (const [name, known] of roles) {
    const state = there.get(name) ?? null;
    if (known.pending !== null) {
      found(known.pending.act, state === known.pending.to);
      if (known.pending.act.happened) known.state = known.pending.to;
      known.pending = null;
    }
    if (state !== known.state) {
      throw new Violation("roles", `${name} is ${state}, and was acknowledged as ${known.state}`);
    }
  }
}
