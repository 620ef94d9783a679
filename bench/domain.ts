/**
 * `npm run bench:domain`: what the rules in `src/domain/` cost by themselves, under Node, and
 * where in them the time goes, by the sampler that `node --cpu-prof` uses.
 */
import { Session } from "node:inspector/promises";
import process from "node:process";
import { covers } from "../src/domain/access/permission.ts";
import { BUILT_IN_CATALOGUE, permissionsOf } from "../src/domain/access/role.ts";
import { sameAuthority } from "../src/domain/accounts/authority.ts";
import { parseEmail } from "../src/domain/accounts/email.ts";
import { signInRefusal } from "../src/domain/accounts/user.ts";
import { reserve } from "../src/domain/credentials/throttle.ts";
import { parseSessionId, parseUserId, sessionIdOf } from "../src/domain/ids.ts";
import {
  decideRefresh,
  evictions,
  isExpired,
  newSession,
  type RefreshSession,
} from "../src/domain/sessions/refresh-session.ts";
import { type Profile, sharesOf, shareTable } from "./measure/inspector.ts";
import { spreadOf } from "./measure/statistics.ts";
import { spread } from "./report/format.ts";

const ROUNDS = 5;
const CALLS = 100_000;
const PROFILED_CALLS = 1_000_000;
/** Inputs differ from call to call, so that no compiler can know an answer beforehand. */
const INPUTS = 64;
const SHOWN = 8;

const NOW = Date.UTC(2026, 0, 1);
const POLICY = { idleTtl: 2_592_000_000, absoluteTtl: 7_776_000_000, replayWindow: 30_000 };

const DEVICE = { ip: "192.0.2.1", userAgent: "a browser" };

const inputs = Array.from({ length: INPUTS }, (_, index) => inputOf(index));

function inputOf(index: number) {
  const id = `${String(index).padStart(21, "x")}A`;
  const session: RefreshSession = {
    id: sessionIdOf(id),
    createdAt: NOW - index * 1_000,
    lastUsedAt: NOW - index,
    expiresAt: NOW - index + POLICY.idleTtl,
    current: { hash: `current ${index}`, secretVersion: 1 },
    rotation: {
      previous: `previous ${index}`,
      at: NOW - index,
      replayWindow: POLICY.replayWindow,
      by: DEVICE,
      isReplayNoted: false,
    },
    replayedElsewhereAt: null,
  };
  return {
    now: NOW + index,
    email: `somebody-${index}@example.com`,
    userId: `usr_${id}`,
    sessionId: `ses_${id}`,
    session,
    sessions: Array.from({ length: 10 }, (_, age) => ({ ...session, lastUsedAt: NOW - age })),
    successor: { hash: `successor ${index}`, secretVersion: 1 },
    user: {
      status: "active",
      roles: ["user"],
      version: index,
      passwordSetAt: NOW,
      emailVerified: true,
    } as const,
  };
}

type Input = (typeof inputs)[number];

/** The rules that one operation that succeeds asks, of ten sessions where there are several. */
const OPERATIONS: Readonly<Record<string, (input: Input) => unknown>> = {
  "sign-in": ({ now, email, session, sessions, user }) => [
    parseEmail(email),
    reserve(null, now),
    signInRefusal(user, true),
    sameAuthority(user, { ...user, roles: ["user"] }),
    sessions.filter((each) => isExpired(each, now)),
    evictions(sessions, 100),
    newSession(session.id, session.current, now, POLICY),
    permissionsOf(user.roles, BUILT_IN_CATALOGUE),
  ],
  refresh: ({ now, userId, sessionId, session, successor, user }) => [
    parseUserId(userId),
    parseSessionId(sessionId),
    decideRefresh(session, { hash: session.current.hash, device: DEVICE }, successor, now, POLICY),
    permissionsOf(user.roles, BUILT_IN_CATALOGUE),
  ],
  "verify, 0 s": ({ now, userId, sessionId, session, user }) => [
    parseUserId(userId),
    parseSessionId(sessionId),
    isExpired(session, now),
    permissionsOf(user.roles, BUILT_IN_CATALOGUE),
    covers([], []),
  ],
};

/** What a rule answered last; read at the end, so that no compiler leaves the rules out. */
let answer: unknown;

/** @returns microseconds of CPU a call */
function called(times: number, work: (input: Input) => unknown): number {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) answer = work(inputs[i % INPUTS] as Input);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

async function profiled(work: () => unknown): Promise<Profile> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.start");
  work();
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();
  return profile as Profile;
}

console.log(`${ROUNDS} rounds of ${CALLS} calls, Node ${process.version}: median (range)\n`);
for (const [name, work] of Object.entries(OPERATIONS)) {
  called(CALLS, work); // for the compiler
  const rounds = Array.from({ length: ROUNDS }, () => called(CALLS, work));
  console.log(`${name}: ${spread(spreadOf(rounds))} µs of CPU`);
  const profile = await profiled(() => called(PROFILED_CALLS, work));
  console.log(`${shareTable(sharesOf(profile).slice(0, SHOWN))}\n`);
}
if (answer === undefined) throw new Error("nothing was measured");
