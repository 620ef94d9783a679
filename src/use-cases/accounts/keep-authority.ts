import {
  type Authority,
  type SessionsToEnd,
  sameAuthority,
  takeOver,
} from "../../domain/accounts/authority.ts";
import { type Clock, Unavailable } from "../outside.ts";
import type { AccountPolicy, AccountRecord, Addressed, Intent, UserStore } from "./ports.ts";

/*
 * The object's copy of its user's authority, and how it is kept in step with D1. A change leaves
 * an intent until it is settled; after a crash in between, the next call finds out how it ended.
 */

export type JudgeDeps = {
  readonly store: UserStore;
  readonly record: AccountRecord;
  readonly clock: Clock;
  readonly newFenceId: () => string;
};

/** A change is tried again when the row was changed by other hands since it was last read. */
export const MAX_ROUNDS = 3;

/** What is known, whatever its age; null for an object that was never used. */
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
 * Makes sure that the copy is as young as it must be and that no change is left half known.
 *
 * @throws Unavailable when D1 does not answer, here as below; nothing was changed then
 */
export async function freshen(deps: JudgeDeps, to: Addressed): Promise<void> {
  const copy = deps.store.authority.copy();
  if (copy === null || copy.authority.status === "deleted") return;
  // In either direction: a copy from a clock that ran ahead would stay young until then.
  const isFresh = Math.abs(deps.clock() - copy.checkedAt) < to.policy.authorityMaxAge;
  if (!isFresh || !isSettled(deps)) await reconcile(deps, to);
}

/** Reads D1's primary and takes over what it says. */
export async function reconcile(deps: JudgeDeps, to: Addressed): Promise<void> {
  if (!(await takeRow(deps, to))) await freshen(deps, to);
}

/** Takes over what the row says from now on, however young the copy; harmless to repeat. */
export async function catchUp(deps: JudgeDeps, to: Addressed): Promise<void> {
  // Of a user who never signed in there is nothing to end, and the row is read at sign-in.
  if (knownAuthority(deps) === null) return;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    // What overtook this reading may itself have been read before the row was changed.
    if (await takeRow(deps, to)) return;
  }
  throw new Unavailable("account");
}

/** @returns false when another call settled a newer row or began a change meanwhile */
async function takeRow(deps: JudgeDeps, to: Addressed): Promise<boolean> {
  const before = knownAuthority(deps);
  const intent = deps.store.authority.intent();
  if (before?.status === "deleted") return true;
  const row = await readRow(deps, to, intent);
  if (isOvertaken(deps, before, intent)) return false;
  // An object that a stranger's guess woke up leaves nothing behind.
  if (before === null && row === null) return true;

  const { authority, end } = takeOver(before, row?.authority ?? null);
  const changeId = row?.changeId ?? intent?.changeId ?? "";
  settle(deps, { authority, changeId }, end, to.policy);
  return true;
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

/** An authority, and the id of the change that made it. */
type Marked = { readonly authority: Authority; readonly changeId: string };

/** Takes an authority, ends what must end and forgets the intent: all of it or nothing. */
export function settle(
  { store, clock }: JudgeDeps,
  { authority, changeId }: Marked,
  end: SessionsToEnd,
  policy: AccountPolicy,
): void {
  const now = clock();
  const forgetAt = authority.status === "deleted" ? now + policy.refresh.absoluteTtl : null;
  store.atomically(() => {
    store.authority.settle({ authority, changeId, checkedAt: now, forgetAt });
    if (end === "all") store.sessions.removeAllExcept(null);
  });
  if (forgetAt !== null) store.wakeAt(forgetAt);
}
