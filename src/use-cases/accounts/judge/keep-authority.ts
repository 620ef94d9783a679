import type { RowAfter } from "../../../domain/accounts/account-change.ts";
import {
  type Authority,
  type SessionsToEnd,
  sameAuthority,
  takeOver,
} from "../../../domain/accounts/authority.ts";
import { isConfirmed } from "../../../domain/credentials/factor.ts";
import type { Unnumbered } from "../../../domain/events/event.ts";
import type { Clock, Defer } from "../../outside.ts";
import type { Renewal } from "../../renewal.ts";
import type { AccountRecord, Addressed, Intent, UserStore } from "../ports.ts";
import {
  factorsLost,
  forgetFactors,
  lostFactors,
  removeLost,
  voidsFactors,
} from "./lose-factors.ts";
import { eventsOf } from "./tell-events.ts";
import { wakeNext } from "./wake.ts";

/*
 * The object's copy of its user's authority, and how it is kept in step with D1. A change leaves
 * an intent until it is settled; after a crash in between, the next call finds out how it ended.
 */

export type JudgeDeps = {
  readonly store: UserStore;
  readonly record: AccountRecord;
  readonly clock: Clock;
  readonly newFenceId: () => string;
  readonly newEventId: () => string;
  readonly defer: Defer;
  readonly renewal: Renewal;
  readonly memory: JudgeMemory;
};

/** What a judge remembers while it is awake. */
type JudgeMemory = {
  /** Counts the notices that the row changed: a read that began before the last one is stale. */
  told: number;
};

/** The copy, whatever its age; null in an object that was never used. */
export function knownAuthority({ store }: JudgeDeps): Authority | null {
  return store.authority.copy()?.authority ?? null;
}

/** The authority of a user who may act now, or null. */
export function currentAuthority(deps: JudgeDeps): Authority | null {
  const authority = knownAuthority(deps);
  return authority?.status === "active" ? authority : null;
}

/** When the tombstone of a deleted user may go (Unix milliseconds); null for anyone else. */
export function forgetAt({ store }: JudgeDeps): number | null {
  const copy = store.authority.copy();
  return copy?.authority.status === "deleted" ? (copy.forgetAt ?? copy.checkedAt) : null;
}

export const isSettled = ({ store }: JudgeDeps): boolean => store.authority.intent() === null;

/**
 * Makes sure that the copy is young enough and that no change is left half known.
 *
 * @throws Unavailable when D1 does not answer, as all that follow; nothing was changed then
 */
export async function freshen(deps: JudgeDeps, to: Addressed): Promise<void> {
  const copy = deps.store.authority.copy();
  if (copy === null) return;
  const due = deps.renewal.due(copy.checkedAt, to.policy.authorityMaxAge);
  if (due === "first" || !isSettled(deps)) await reconcile(deps, to);
  else if (due === "behind") deps.renewal.behind(() => reconcile(deps, to));
}

/** Reads D1's primary and takes over what it says. */
export async function reconcile(deps: JudgeDeps, to: Addressed): Promise<void> {
  if (!(await takeRow(deps, to))) await freshen(deps, to);
}

/** Takes over the row, read from now on, however young the copy; harmless to repeat. */
export async function catchUp(deps: JudgeDeps, to: Addressed): Promise<"known" | "unknown"> {
  deps.memory.told += 1;
  // A user who never signed in has nothing to end, and the row is read at sign-in.
  if (knownAuthority(deps) === null) return "unknown";
  await reconcile(deps, to);
  return "known";
}

/** @returns false when another call settled a newer row or began a change meanwhile */
async function takeRow(deps: JudgeDeps, to: Addressed): Promise<boolean> {
  const { told } = deps.memory;
  const copy = deps.store.authority.copy();
  const before = copy?.authority ?? null;
  const intent = deps.store.authority.intent();
  if (before?.status === "deleted") return true;
  const row = await readRow(deps, to, intent);
  if (told !== deps.memory.told) return takeRow(deps, to);
  if (isOvertaken(deps, before, intent)) return false;
  // An object under an id that nobody has stores nothing.
  if (before === null && row === null) return true;

  const { authority, end } = takeOver(before, row?.authority ?? null);
  const changeId = row?.changeId ?? intent?.changeId ?? "";
  const base = intent?.base ?? authority.version;
  const events = eventsOf(deps, to.userId, copy, row, madeBy(intent, row), base);
  settle(deps, to, { authority, changeId, ...ofRow(row) }, end, events);
  return true;
}

/** The event of a change that turns out to be made, or null. */
function madeBy(intent: Intent | null, row: RowAfter | null): Unnumbered | null {
  if (intent?.event === undefined) return null;
  const isMade =
    row === null ? intent.event.type === "user.deleted" : row.changeId === intent.changeId;
  return isMade ? intent.event : null;
}

/** After a crash an update may still be on its way: the fence makes it come too late. */
function readRow(
  { record, newFenceId }: JudgeDeps,
  { userId }: Addressed,
  intent: Intent | null,
): ReturnType<AccountRecord["read"]> {
  return intent === null ? record.read(userId) : record.fence(userId, newFenceId(), intent.base);
}

function isOvertaken(deps: JudgeDeps, before: Authority | null, intent: Intent | null): boolean {
  if (deps.store.authority.intent()?.changeId !== intent?.changeId) return true;
  const now = knownAuthority(deps);
  return now !== null && (before === null || !sameAuthority(now, before));
}

/** What is taken over of a row; of one that is gone, no address. */
type Taken = Omit<RowAfter, "updatedAt" | "email">;

/** What is taken over as it stands there. */
export const ofRow = (row: RowAfter | null): Pick<Taken, "verifiedEmail" | "factorsVoidAt"> => ({
  verifiedEmail: row?.verifiedEmail,
  factorsVoidAt: row?.factorsVoidAt ?? 0,
});

/**
 * Takes an authority, ends what must end, tells of it and forgets the intent: all or nothing.
 *
 * @param events the first tells how many sessions ended
 */
export function settle(
  deps: JudgeDeps,
  { userId, policy }: Addressed,
  taken: Taken,
  end: SessionsToEnd,
  events: readonly Unnumbered[],
): void {
  const { store, clock } = deps;
  const now = clock();
  const known = store.authority.copy();
  const isVoid = events.some((event) => voidsFactors(event, known));
  const lost = isVoid ? [] : lostFactors(deps, known, taken.factorsVoidAt);
  const isLost = lost.some(isConfirmed);
  const told = isLost ? [...events, factorsLost(deps, userId, lost)] : events;
  const isGone = taken.authority.status === "deleted";
  const forgetAt = isGone ? now + policy.refresh.absoluteTtl : null;
  store.atomically(() => {
    store.authority.settle({ ...taken, checkedAt: now, forgetAt });
    const ended = end === "all" || isLost ? store.sessions.removeAllExcept(null) : 0;
    if (isGone || isVoid) forgetFactors(store);
    else removeLost(store, lost);
    for (const [at, event] of told.entries()) {
      store.outbox.add(at > 0 || ended === 0 ? event : withEnded(event, ended));
    }
  });
  wakeNext(deps);
}

const withEnded = (event: Unnumbered, ended: number): Unnumbered => ({
  ...event,
  data: { ...event.data, sessions_ended: ended },
});
