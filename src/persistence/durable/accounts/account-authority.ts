import { consoleLog, errorDetails } from "../../../core/logging.ts";
import { type ChangeVerdict, judgeChange } from "../../../domain/accounts/account-change.ts";
import {
  type Authority,
  type SessionsToEnd,
  sameAuthority,
  takeOver,
} from "../../../domain/accounts/authority.ts";
import type { UserId } from "../../../domain/ids.ts";
import type {
  AccountPolicy,
  AccountRecord,
  ChangeAnswer,
  ChangeCommand,
} from "../../../use-cases/accounts/ports.ts";
import { Unavailable } from "../../../use-cases/outside.ts";
import type { SessionTable } from "../sessions/session-table.ts";
import { AuthorityStore, type Intent } from "./authority-store.ts";
import { bringUpToDate } from "./user-schema.ts";

/** What every call to the object carries: it does not know its name, and is told the policy. */
export type Addressed = { readonly userId: UserId; readonly policy: AccountPolicy };

/** D1 or another part did not answer, so the outcome is unknown. */
export type Outage = { readonly kind: "unavailable"; readonly dependency: string };

/** An authority, and the id of the change that made it. */
type Marked = { readonly authority: Authority; readonly changeId: string };

/** A change is tried again when the row was changed by other hands since it was last read. */
const MAX_ROUNDS = 3;

/** The part of its greatest age at which a copy that is used is read anew: of a day, 22 hours. */
const RENEWAL_AGE = 11 / 12;

/**
 * The object's copy of its user's authority, and how it is kept in step with D1. A change is an
 * intent, one conditional update of D1, and a commit; a crash in between leaves the intent, and
 * the next call finds out how it ended.
 */
export class AccountAuthority {
  readonly #store: AuthorityStore;
  readonly #storage: DurableObjectStorage;
  readonly #sessions: SessionTable;
  readonly #record: AccountRecord;
  /** How often it was told that the row is another: what was read before is then no answer. */
  #told = 0;
  #isRenewing = false;

  constructor(storage: DurableObjectStorage, sessions: SessionTable, record: AccountRecord) {
    this.#store = new AuthorityStore(storage.kv);
    this.#storage = storage;
    this.#sessions = sessions;
    this.#record = record;
  }

  /** What is known, whatever its age; null for an object that was never used. */
  known(): Authority | null {
    return this.#store.copy()?.authority ?? null;
  }

  /** The authority of a user who may act now, or null. */
  current(): Authority | null {
    const authority = this.known();
    return authority?.status === "active" ? authority : null;
  }

  /** When the tombstone of a deleted user may go (Unix milliseconds); null for anyone else. */
  forgetAt(): number | null {
    const copy = this.#store.copy();
    return copy?.authority.status === "deleted" ? (copy.forgetAt ?? copy.checkedAt) : null;
  }

  /** The storage was emptied. */
  forget(): void {
    this.#store.forget();
  }

  isSettled(): boolean {
    return this.#store.intent() === null;
  }

  /** Makes sure that the copy is as young as it must be and that no change is left half known. */
  async freshen(to: Addressed): Promise<Outage | null> {
    const copy = this.#store.copy();
    if (copy === null || copy.authority.status === "deleted") return null;
    // In either direction: a copy from a clock that ran ahead would stay young until then.
    const age = Math.abs(Date.now() - copy.checkedAt);
    const { authorityMaxAge } = to.policy;
    if (age >= authorityMaxAge || !this.isSettled()) return this.reconcile(to);
    if (age >= authorityMaxAge * RENEWAL_AGE) this.#renew(to);
    return null;
  }

  /** Behind the request's back: whoever is active neither waits for D1 nor is stopped by its outage. */
  #renew(to: Addressed): void {
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    void this.reconcile(to)
      .catch((error) => consoleLog.error({ event: "deferred_work_failed", ...errorDetails(error) }))
      .finally(() => {
        this.#isRenewing = false;
      });
  }

  /** The row was changed by other hands. Nothing is to catch up with where nothing is known. */
  async catchUp(to: Addressed): Promise<Outage | null> {
    this.#told += 1;
    return this.known() === null ? null : this.reconcile(to);
  }

  /** Reads D1's primary and takes over what it says. */
  async reconcile(to: Addressed): Promise<Outage | null> {
    const [before, told] = [this.known(), this.#told];
    const intent = this.#store.intent();
    if (before?.status === "deleted") return null;
    const row = await outcomeOf(this.#readRow(to.userId, intent));
    if ("kind" in row) return row;
    if (told !== this.#told) return this.reconcile(to);
    // While this one waited, another call settled a newer row or began a change.
    if (this.#isOvertaken(before, intent)) return this.freshen(to);
    // An object that a stranger's guess woke up leaves nothing behind.
    if (before === null && row.value === null) return null;

    const { authority, end } = takeOver(before, row.value?.authority ?? null);
    const changeId = row.value?.changeId ?? intent?.changeId ?? "";
    this.settle({ authority, changeId }, end, to.policy);
    return null;
  }

  /** Makes a change. The caller sees to it that nothing else runs meanwhile. */
  async change(to: Addressed, command: ChangeCommand): Promise<ChangeAnswer | Outage> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const known = this.known();
      // A copy of another version than the change was decided on would refuse it for ever, where
      // the row was changed, or turned back, by other hands.
      const { ifVersion, changeId } = command;
      const isOther = ifVersion !== null && known?.version !== ifVersion;
      const isMade = this.#store.copy()?.changeId === changeId;
      const isReady = known !== null && (!isOther || isMade) && this.isSettled();
      const outage = isReady ? null : await this.reconcile(to);
      if (outage !== null) return outage;
      const answer = await this.#attempt(to, command);
      if (answer !== "moved") return answer;
    }
    return { kind: "conflict" };
  }

  /** Takes an authority, ends what must end and forgets the intent: all of it or nothing. */
  settle({ authority, changeId }: Marked, end: SessionsToEnd, policy: AccountPolicy): void {
    const now = Date.now();
    const forgetAt = authority.status === "deleted" ? now + policy.refresh.absoluteTtl : null;
    try {
      this.#storage.transactionSync(() => {
        bringUpToDate(this.#storage);
        this.#store.settle({ authority, changeId, checkedAt: now, forgetAt });
        if (end === "all") this.#sessions.removeAllExcept(null);
      });
    } catch (error) {
      this.#store.forget();
      throw error;
    }
    if (forgetAt !== null) void this.#storage.setAlarm(forgetAt);
  }

  async #attempt(
    { userId, policy }: Addressed,
    { change, changeId, ifVersion, by }: ChangeCommand,
  ): Promise<ChangeAnswer | Outage | "moved"> {
    const copy = this.#store.copy();
    if (copy !== null && copy.changeId === changeId) return done(copy.authority);
    if (copy === null || copy.authority.status === "deleted") return { kind: "not_found" };
    const { version } = copy.authority;
    if (ifVersion !== null && ifVersion !== version) return { kind: "conflict" };

    this.#store.begin({ changeId, base: version });
    // A caller older than this policy says nothing, which counts as true: the safe side.
    const verified = policy.requireVerifiedEmail !== false;
    const apply = () =>
      this.#record.apply(userId, change, changeId, version, Date.now(), verified, by);
    // A reply that was lost is fetched by asking again: the condition lets it happen only once.
    const row = await outcomeOf(apply().catch(apply));
    if ("kind" in row) return row;

    const verdict = judgeChange(change, changeId, version, row.value);
    const { authority, end } = takeOver(copy.authority, row.value?.authority ?? null);
    const settledBy = verdict === "applied" ? changeId : (row.value?.changeId ?? "");
    this.settle({ authority, changeId: settledBy }, end, policy);
    return answerOf(verdict, authority);
  }

  /** After a crash an update may still be on its way: the fence makes it come too late. */
  #readRow(userId: UserId, intent: Intent | null): ReturnType<AccountRecord["read"]> {
    if (intent === null) return this.#record.read(userId);
    return this.#record.fence(userId, crypto.randomUUID(), intent.base);
  }

  #isOvertaken(before: Authority | null, intent: Intent | null): boolean {
    const now = this.known();
    if (this.#store.intent()?.changeId !== intent?.changeId) return true;
    return now !== null && (before === null || !sameAuthority(now, before));
  }
}

const done = (authority: Authority): ChangeAnswer => ({ kind: "done", authority });

function answerOf(verdict: ChangeVerdict, authority: Authority): ChangeAnswer | "moved" {
  switch (verdict) {
    case "applied":
    case "unchanged":
      return done(authority);
    case "moved":
      return "moved";
    default:
      return { kind: verdict };
  }
}

/** An outage as a value: exceptions lose their kind on the way out of an object. */
async function outcomeOf<T>(work: Promise<T>): Promise<{ readonly value: T } | Outage> {
  try {
    return { value: await work };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    const { dependency } = error;
    // Here and not in the Worker: the cause does not leave the object.
    consoleLog.error({ event: "dependency_failed", dependency, ...errorDetails(error) });
    return { kind: "unavailable", dependency };
  }
}
