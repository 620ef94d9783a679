import { Violation } from "./ledger.ts";
import type { Person, Session } from "./people.ts";
import type { Answered } from "./service.ts";
import type { World } from "./world.ts";

const TOO_MANY = 429;

type Tokens = { access_token: string; refresh_token: string; session_id: string };

export const sessionOf = (tokens: Tokens): Session => ({
  id: tokens.session_id,
  held: tokens.refresh_token,
  before: null,
  spent: null,
  access: tokens.access_token,
  ending: null,
});

/** @returns its status, or null when nobody knows */
export async function signIn(
  { service }: World,
  person: Person,
  password: string,
  allowed: readonly number[] = [],
): Promise<number | null> {
  const answer = await service.ask({
    about: person.email,
    method: "POST",
    path: "/v1/auth/login",
    body: { email: person.email, password },
    allowed: [...allowed, ...(person.mayWait ? [TOO_MANY] : [])],
    events: ["session.opened"],
  });
  if (answer.status === null) {
    person.openings.push(answer.act);
    person.mayWait = true;
    return null;
  }
  if (answer.status === 200) {
    person.sessions.push(sessionOf(answer.body));
    person.mayWait = false;
  }
  if (answer.status === 401) person.mayWait = true;
  return answer.status;
}

/**
 * Tabs of one client that refresh at once, with the token that they share: whoever is answered gets
 * the same successor.
 *
 * @param allowed refusals that are right, while the session is being ended
 * @returns whether somebody was answered with tokens
 */
export async function refresh(
  { service }: World,
  person: Person,
  session: Session,
  tabs: number,
  allowed: readonly number[] = [],
): Promise<"refreshed" | "refused" | "unknown"> {
  const presented = session.held;
  const before = session.before;
  session.before = null; // a tab that is not answered may have used it
  const ask = () =>
    service.ask({
      about: person.email,
      method: "POST",
      path: "/v1/auth/refresh",
      body: { refresh_token: presented },
      allowed,
    });
  const answers = await Promise.all(Array.from({ length: tabs }, ask));
  const tokens = answers.flatMap((answer) =>
    answer.status === 200 ? [answer.body as Tokens] : [],
  );
  const [first] = tokens;
  if (first === undefined) {
    return answers.some(({ status }) => status !== null) ? "refused" : "unknown";
  }
  if (tokens.some(({ refresh_token }) => refresh_token !== first.refresh_token)) {
    throw new Violation(person.email, `one token has two successors: ${idsOf(answers)}`);
  }
  if (first.session_id !== session.id) {
    throw new Violation(person.email, `another session came back: ${idsOf(answers)}`);
  }
  session.spent = before ?? session.spent;
  session.before = presented;
  session.held = first.refresh_token;
  session.access = first.access_token;
  return "refreshed";
}

const idsOf = (answers: readonly Answered[]) => answers.map(({ act }) => act.id).join(" ");

/** A lost answer, asked for again: whoever shows the token before the held one gets the held one. */
export async function replay({ service }: World, person: Person, session: Session): Promise<void> {
  if (session.before === null) return;
  const answer = await service.ask({
    about: person.email,
    method: "POST",
    path: "/v1/auth/refresh",
    body: { refresh_token: session.before },
  });
  if (answer.status === 200 && answer.body.refresh_token !== session.held) {
    throw new Violation(person.email, `a replay gave another successor: ${answer.act.id}`);
  }
}

/** Whether the object holds the session alive, which must be so, and for what roles. */
export async function check({ service }: World, person: Person, session: Session) {
  const answer = await service.ask({
    about: person.email,
    method: "GET",
    path: "/v1/auth/check",
    token: session.access,
  });
  return answer.status === null ? null : (answer.headers.get("x-auth-roles") ?? "").split(",");
}

/** These sessions are no more, and nothing of them may work again. */
export function bury({ ended }: World, person: Person, which: readonly Session[]): void {
  for (const { held, access } of which) ended.push({ about: person.email, held, access });
  person.sessions = person.sessions.filter((session) => !which.includes(session));
}

/** All of them, those too that nobody knows of. */
export function buryAll(world: World, person: Person): void {
  bury(world, person, person.sessions);
  person.orphans.clear();
  person.openings = [];
}
