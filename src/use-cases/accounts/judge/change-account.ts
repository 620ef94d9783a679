import {
  type AccountChange,
  type ChangeVerdict,
  judgeChange,
} from "../../../domain/accounts/account-change.ts";
import { type Authority, takeOver } from "../../../domain/accounts/authority.ts";
import type { Email } from "../../../domain/accounts/email.ts";
import { clearAllProofs, clearPasswordProofs } from "../../credentials/count-proofs.ts";
import { grantOf } from "../../sessions/judge-session.ts";
import type { Addressed, ChangeAnswer, ChangeCommand } from "../ports.ts";
import {
  isSettled,
  type JudgeDeps,
  knownAuthority,
  ofRow,
  reconcile,
  settle,
} from "./keep-authority.ts";
import { isOpen, openOnce, reaches } from "./open-session.ts";
import { eventsOf, happened, whatOf } from "./tell-events.ts";
import { wakeNext } from "./wake.ts";

/** Rounds of a change whose row was changed outside the service since it was read. */
const MAX_ROUNDS = 3;

/**
 * Makes a change: an intent, one conditional update of D1, and a commit. Nothing else runs here
 * meanwhile, so no refresh can slip between the row and the copy.
 *
 * @throws Unavailable when D1 does not answer: the outcome is unknown, and the intent stays
 */
export function changeAccount(
  deps: JudgeDeps,
  to: Addressed,
  command: ChangeCommand,
): Promise<ChangeAnswer> {
  return deps.store.exclusively(async () => {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (!isReady(deps, command)) await reconcile(deps, to);
      const answer = await attempt(deps, to, command);
      if (answer !== "moved") return answer;
    }
    return { kind: "conflict" };
  });
}

/**
 * False when the row must be read first: a copy of another version would refuse the change for
 * ever, if the row was changed or restored outside the service.
 */
function isReady(deps: JudgeDeps, { changeId, ifVersion }: ChangeCommand): boolean {
  const known = knownAuthority(deps);
  const isOther = ifVersion !== null && known?.version !== ifVersion;
  const isMade = deps.store.authority.copy()?.changeId === changeId;
  return known !== null && (!isOther || isMade) && isSettled(deps);
}

async function attempt(
  deps: JudgeDeps,
  to: Addressed,
  command: ChangeCommand,
): Promise<ChangeAnswer | "moved"> {
  const { change, changeId, ifVersion, by, open } = command;
  const { record, clock } = deps;
  const copy = deps.store.authority.copy();
  // After a lost answer: the change was the last one, or what it opened is open still.
  const isDone = copy?.changeId === changeId || (open !== undefined && isOpen(deps, open));
  if (copy !== null && isDone) return done(deps, to, command, copy.authority);
  if (copy === null || copy.authority.status === "deleted") return { kind: "not_found" };
  const { version } = copy.authority;
  if (ifVersion !== null && ifVersion !== version) return { kind: "conflict" };
  if (isWalkedAround(deps, command)) return { kind: "conflict" };

  const before = await addressBefore(deps, to, change, version);
  if (before === "moved") return "moved";
  const event = happened(deps, to.userId, command.cause, whatOf(change, before));
  deps.store.authority.begin({ changeId, base: version, to, event });
  wakeNext(deps);
  const { requireVerifiedEmail } = to.policy;
  const apply = () =>
    record.apply(to.userId, change, changeId, version, clock(), requireVerifiedEmail, by);
  // After a lost reply, asks again: the condition lets the change happen only once.
  const row = await apply().catch(apply);

  // Nothing is awaited from here on: what the change ends and opens is stored in one step.
  const verdict = judgeChange(change, changeId, version, row);
  const { authority, end } = takeOver(copy.authority, row?.authority ?? null);
  const settledBy = verdict === "applied" ? changeId : (row?.changeId ?? "");
  const taken = { authority, changeId: settledBy, ...ofRow(row) };
  const made = verdict === "applied" ? event : null;
  const told = eventsOf(deps, to.userId, copy, row, made, version);
  settle(deps, to, taken, end, told);
  return answerTo(verdict, () => done(deps, to, command, authority, row?.updatedAt));
}

/** The caller's session has ended since they were let through, or a factor was added that it lacks. */
function isWalkedAround(deps: JudgeDeps, { open, inSession }: ChangeCommand): boolean {
  if (open !== undefined && !reaches(deps, open)) return true;
  if (inSession === undefined) return false;
  const session = deps.store.sessions.find(inSession);
  return session === null || !reaches(deps, session);
}

/**
 * The address that is about to change.
 *
 * @returns "moved" when the row is another version than was known, which was then taken over
 */
async function addressBefore(
  deps: JudgeDeps,
  to: Addressed,
  change: AccountChange,
  version: number,
): Promise<Email | null | "moved"> {
  if (change.kind !== "set_email") return null;
  const row = await deps.record.read(to.userId);
  if (row?.authority.version === version) return row.email ?? null;
  await reconcile(deps, to);
  return "moved";
}

function answerTo(verdict: ChangeVerdict, whenDone: () => ChangeAnswer): ChangeAnswer | "moved" {
  switch (verdict) {
    case "applied":
    case "unchanged":
      return whenDone();
    case "moved":
      return "moved";
    default:
      return { kind: verdict };
  }
}

function done(
  deps: JudgeDeps,
  to: Addressed,
  { change, ifVersion, open, cause }: ChangeCommand,
  authority: Authority,
  updatedAt?: number,
): ChangeAnswer {
  forgetFailures(deps, change);
  // The row was changed since by other means: what the caller proved is not what it says now.
  const isChangedSince = ifVersion !== null && authority.version !== ifVersion + 1;
  if (open !== undefined && isChangedSince && !isOpen(deps, open)) return { kind: "conflict" };
  return {
    kind: "done",
    authority,
    ...(updatedAt === undefined ? {} : { updatedAt }),
    ...(open === undefined ? {} : { opened: grantOf(authority, openOnce(deps, to, open, cause)) }),
  };
}

/** Failed tries were made against a password that is no more, or are forgiven. */
function forgetFailures({ store }: JudgeDeps, change: AccountChange): void {
  if (change.kind === "reset_password") clearPasswordProofs(store.proofs);
  if (change.kind === "set_status" && change.status === "active") clearAllProofs(store.proofs);
}
