import { editRole, register, rotateKeys, runCrons } from "./administration.ts";
import {
  askForMail,
  changePassword,
  logout,
  rename,
  steal,
  toggleRole,
  toggleStatus,
} from "./deeds.ts";
import { isSettled, type Person, type Session } from "./people.ts";
import type { Random } from "./random.ts";
import { check, refresh, replay, signIn } from "./sessions.ts";
import { settle } from "./settle.ts";
import { everybody, type World } from "./world.ts";

/** Sessions of a person, at most, before no more are opened. */
const MAX_SESSIONS = 5;
const MAX_TABS = 4;
/** Milliseconds between two rounds of crons, and before somebody asks again after an outage. */
const PAUSE = 100;

type Deed = () => Promise<unknown>;

const pause = (milliseconds: number) => new Promise((wake) => setTimeout(wake, milliseconds));

/** What somebody may do next, and how often, with one of their sessions. */
const withSession = (
  world: World,
  person: Person,
  session: Session,
  random: Random,
): (readonly [number, Deed])[] => [
  [40, () => refresh(world, person, session, 1 + random.below(MAX_TABS))],
  [5, () => replay(world, person, session)],
  [10, () => check(world, person, session)],
  [4, () => rename(world, person, session)],
  [2, () => changePassword(world, person, session)],
  [3, () => logout(world, person, session, random.pick(["local", "others", "global"]) ?? "local")],
  [2, () => steal(world, person, session)],
];

function nextDeed(world: World, person: Person, random: Random): Deed {
  if (person.status === "disabled") {
    return random.weighted<Deed>([
      [2, () => toggleStatus(world, person)],
      [1, () => signIn(world, person, person.password, [403])],
      [2, () => toggleRole(world, person)],
    ]);
  }
  const session = random.pick(person.sessions);
  const mayOpen = person.sessions.length + person.orphans.size < MAX_SESSIONS;
  return random.weighted<Deed>([
    ...(session === undefined ? [] : withSession(world, person, session, random)),
    [mayOpen ? 4 : 0, () => signIn(world, person, person.password)],
    [12, () => toggleRole(world, person)],
    [2, () => toggleStatus(world, person)],
    [1, () => askForMail(world, person)],
  ]);
}

/** One after the other, as one client does; what is not known yet is found out first. */
async function live(world: World, person: Person, random: Random, goesOn: () => boolean) {
  while (goesOn()) {
    if (isSettled(person)) await nextDeed(world, person, random)();
    else {
      await settle(world, person);
      if (!isSettled(person)) await pause(PAUSE);
    }
  }
}

async function administer(world: World, random: Random, goesOn: () => boolean): Promise<void> {
  const [session] = world.admin.sessions;
  const password = "seven quiet herons by the estuary";
  while (goesOn() && session !== undefined) {
    await random.weighted<Deed>([
      [10, () => refresh(world, world.admin, session, 1 + random.below(MAX_TABS))],
      [10, () => editRole(world)],
      [1, () => register(world, password)],
      [1, () => rotateKeys(world)],
    ])();
  }
}

async function tick(world: World, origin: () => string, goesOn: () => boolean): Promise<void> {
  while (goesOn()) {
    await runCrons(world, origin());
    await pause(PAUSE);
  }
}

/**
 * Everybody at once, until told to stop or until a promise is broken.
 *
 * @returns ends once nobody waits for an answer any more
 */
export function load(world: World, origin: () => string): { stop(): void; ended: Promise<void> } {
  let isStopped = false;
  const goesOn = () => !isStopped;
  const random = world.random.fork(`life ${world.service.life}`);
  const running = [
    ...world.people.map((person) => live(world, person, random.fork(person.email), goesOn)),
    administer(world, random.fork("administrator"), goesOn),
    tick(world, origin, goesOn),
  ];
  const ended = Promise.allSettled(running).then((outcomes) => {
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  });
  ended.catch(() => undefined);
  // One broken promise is enough.
  for (const one of running) {
    one.catch(() => {
      isStopped = true;
    });
  }
  return {
    stop() {
      isStopped = true;
    },
    ended,
  };
}

export const isAllSettled = (world: World): boolean => everybody(world).every(isSettled);
