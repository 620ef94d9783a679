import { DurableObject } from "cloudflare:workers";
import { type ChangeVerdict, judgeChange, keptSession } from "../../domain/account-change.ts";
import {
  type Authority,
  type SessionsToEnd,
  sameAuthority,
  takeOver,
} from "../../domain/authority.ts";
import type { SessionId, UserId } from "../../domain/ids.ts";
import {
  decideRefresh,
  evictions,
  expiresAt,
  isExpired,
  type RefreshSession,
} from "../../domain/refresh-session.ts";
import { isBuiltIn } from "../../domain/role.ts";
import { elapsed } from "../../domain/time.ts";
import type { Env } from "../../env.ts";
import {
  type AccountPolicy,
  type AccountRecord,
  type ChangeAnswer,
  type ChangeCommand,
  type OpenAnswer,
  type OpenSession,
  type RefreshAnswer,
  type RefreshCommand,
  type SessionGrant,
  type SessionInfo,
  type SessionsSelection,
  Unavailable,
} from "../../use-cases/ports.ts";
import { d1AccountRecord } from "../d1/account-record.ts";
import { database } from "../d1/database.ts";
import { AuthorityStore, type Intent } from "./authority-store.ts";
import { SessionTable } from "./session-table.ts";

/** What every call carries: the object does not know its name, and is told the policy. */
export type Addressed = { readonly userId: UserId; readonly policy: AccountPolicy };

/** D1 or another part could not be asked, so nothing was decided. */
export type Outage = { readonly kind: "unavailable"; readonly dependency: string };

/** What the object answers over RPC: the port's answers, and outages as outcomes. */
export interface UserCalls {
  openSession(to: Addressed, command: OpenSession): Promise<OpenAnswer | Outage>;
  refresh(to: Addressed, command: RefreshCommand): Promise<RefreshAnswer | Outage>;
  check(
    to: Addressed,
    sessionId: SessionId,
  ): Promise<{ kind: "live"; grant: SessionGrant } | { kind: "dead" } | Outage>;
  holdsToken(
    to: Addressed,
    sessionId: SessionId,
    hash: string,
  ): Promise<{ kind: "answered"; holds: boolean } | Outage>;
  listSessions(to: Addressed): Promise<SessionInfo[]>;
  endSessions(to: Addressed, which: SessionsSelection): Promise<number>;
  change(to: Addressed, command: ChangeCommand): Promise<ChangeAnswer | Outage>;
}

/** A change is tried again when the row was changed by other hands since it was last read. */
const MAX_ROUNDS = 3;

/**
 * The judge of one user: its sessions and its authority. It loads, lets `domain/` decide, saves
 * and answers with an outcome, never with an exception. What it decides is decided in one
 * synchronous block, so no two requests can both see the state before.
 */
export class UserObject extends DurableObject<Env> implements UserCalls {
  readonly #sessions: SessionTable;
  readonly #authority: AuthorityStore;
  readonly #record: AccountRecord;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sessions = new SessionTable(ctx.storage.sql);
    this.#authority = new AuthorityStore(ctx.storage.kv);
    this.#record = d1AccountRecord(database(env.DB));
  }

  async openSession(
    { userId, policy }: Addressed,
    command: OpenSession,
  ): Promise<OpenAnswer | Outage> {
    const known = this.#authority.copy();
    if (known === null) {
      // Nothing was ever changed through here, so the row that was just read is the newest word.
      this.#sessions.createIfMissing();
      this.#settle(command.seen, "none", policy);
    } else if (known.authority.status === "deleted") {
      return { kind: "refused" };
    } else if (this.#authority.intent() !== null || !sameAuthority(known.authority, command.seen)) {
      const outage = await this.#reconcile(userId, policy);
      if (outage !== null) return outage;
    }
    return this.#open(policy, command);
  }

  #open(policy: AccountPolicy, command: OpenSession): OpenAnswer {
    const authority = this.#current();
    if (authority === null) return { kind: "refused" };
    if (!sameAuthority(authority, command.seen)) return { kind: "stale" };
    const now = Date.now();
    const existing = this.#sessions.find(command.sessionId);
    if (existing === null) this.#makeRoom(now, policy);
    const session = existing ?? {
      id: command.sessionId,
      createdAt: now,
      lastUsedAt: now,
      current: command.token,
      previous: null,
      rotatedAt: null,
      device: command.device,
      purgeAt: now + policy.refresh.absoluteTtl,
    };
    this.#sessions.save(session);
    // A session that ends before every other one finds no alarm that would serve it.
    if (this.#sessions.nextPurge() === session.purgeAt) this.#wakeAt(session.purgeAt);
    return { kind: "opened", grant: grantOf(authority, session, policy) };
  }

  async refresh(
    { userId, policy }: Addressed,
    command: RefreshCommand,
  ): Promise<RefreshAnswer | Outage> {
    const outage = await this.#freshen(userId, policy);
    if (outage !== null) return outage;

    // From here to the return nothing waits: the read, the decision and the write are one step.
    const authority = this.#current();
    if (authority === null) return { kind: "refused" };
    if (!canResolve(authority, command.knownRoles)) {
      return { kind: "unavailable", dependency: "roles" };
    }
    const session = this.#sessions.find(command.sessionId);
    const decision = decideRefresh(
      session,
      command.presented,
      command.successor,
      Date.now(),
      policy.refresh,
    );
    switch (decision.kind) {
      case "rotate":
        if (session !== null) this.#sessions.save({ ...session, ...decision.session });
        return {
          kind: "rotated",
          grant: grantOf(authority, decision.session, policy),
          secretVersion: decision.session.current.secretVersion,
        };
      case "replay":
        return {
          kind: "replayed",
          grant: grantOf(authority, decision.session, policy),
          secretVersion: decision.session.current.secretVersion,
        };
      case "reuse":
        this.#sessions.remove(command.sessionId);
        return { kind: "reused" };
      case "expired":
      case "unknown":
        return { kind: "refused" };
    }
  }

  async check(
    { userId, policy }: Addressed,
    sessionId: SessionId,
  ): Promise<{ kind: "live"; grant: SessionGrant } | { kind: "dead" } | Outage> {
    const outage = await this.#freshen(userId, policy);
    if (outage !== null) return outage;
    const authority = this.#current();
    const session = authority && this.#sessions.find(sessionId);
    if (!session || isExpired(session, Date.now(), policy.refresh)) return { kind: "dead" };
    return { kind: "live", grant: grantOf(authority, session, policy) };
  }

  async holdsToken(
    { userId, policy }: Addressed,
    sessionId: SessionId,
    hash: string,
  ): Promise<{ kind: "answered"; holds: boolean } | Outage> {
    const outage = await this.#freshen(userId, policy);
    if (outage !== null) return outage;
    const session = this.#current() && this.#sessions.find(sessionId);
    const decision = decideRefresh(
      session,
      hash,
      { hash, secretVersion: 0 },
      Date.now(),
      policy.refresh,
    );
    return { kind: "answered", holds: decision.kind === "rotate" || decision.kind === "replay" };
  }

  async listSessions({ policy }: Addressed): Promise<SessionInfo[]> {
    if (this.#authority.copy() === null) return [];
    const now = Date.now();
    return this.#sessions
      .all()
      .filter((session) => !isExpired(session, now, policy.refresh))
      .sort((a, b) => b.lastUsedAt - a.lastUsedAt)
      .map((session) => ({
        id: session.id,
        createdAt: session.createdAt,
        lastUsedAt: session.lastUsedAt,
        expiresAt: expiresAt(session, policy.refresh),
        device: session.device,
      }));
  }

  async endSessions(_: Addressed, which: SessionsSelection): Promise<number> {
    if (this.#authority.copy() === null) return 0;
    if (which === "all") return this.#sessions.removeAllExcept(null);
    if ("only" in which) return this.#sessions.remove(which.only);
    return this.#sessions.removeAllExcept(which.allExcept);
  }

  /**
   * Intent, D1, commit. Nothing else runs here meanwhile, so no refresh can slip between the
   * row and the copy. A crash leaves the intent, and the next call finds out how it ended.
   */
  async change(
    { userId, policy }: Addressed,
    command: ChangeCommand,
  ): Promise<ChangeAnswer | Outage> {
    return this.ctx.blockConcurrencyWhile(async () => {
      for (let round = 0; round < MAX_ROUNDS; round++) {
        const isKnown = this.#authority.copy() !== null && this.#authority.intent() === null;
        const outage = isKnown ? null : await this.#reconcile(userId, policy);
        if (outage !== null) return outage;
        const answer = await this.#attempt(userId, policy, command);
        if (answer !== "moved") return answer;
      }
      return { kind: "conflict" as const };
    });
  }

  async #attempt(
    userId: UserId,
    policy: AccountPolicy,
    { change, changeId, ifVersion }: ChangeCommand,
  ): Promise<ChangeAnswer | Outage | "moved"> {
    const known = this.#authority.copy()?.authority ?? null;
    if (known === null || known.status === "deleted") return { kind: "not_found" };
    if (ifVersion !== null && ifVersion !== known.version) return { kind: "conflict" };

    const keepSession = keptSession(change);
    this.#authority.begin({ changeId, base: known.version, keepSession });
    const apply = () => this.#record.apply(userId, change, changeId, known.version, Date.now());
    // A reply that was lost is fetched by asking again: the condition lets it happen only once.
    const row = await outcomeOf(apply().catch(apply));
    if ("kind" in row) return row;

    const verdict = judgeChange(change, changeId, known.version, row.value);
    const { authority, end } = takeOver(known, row.value?.authority ?? null, keepSession);
    this.#settle(authority, end, policy);
    return answerOf(verdict, authority);
  }

  /** Purges what has ended; a tombstone whose time has come takes everything with it. */
  override async alarm(): Promise<void> {
    if (this.#authority.copy()?.authority.status === "deleted") {
      await this.ctx.storage.deleteAll();
      return;
    }
    this.#sessions.purge(Date.now());
    const next = this.#sessions.nextPurge();
    if (next !== null) this.#wakeAt(next);
  }

  /** Makes sure that the copy is as young as it must be and that no change is left half known. */
  async #freshen(userId: UserId, policy: AccountPolicy): Promise<Outage | null> {
    const known = this.#authority.copy();
    if (known === null || known.authority.status === "deleted") return null;
    const isFresh = elapsed(known.checkedAt, Date.now()) < policy.authorityMaxAge;
    if (isFresh && this.#authority.intent() === null) return null;
    return this.#reconcile(userId, policy);
  }

  /** Reads D1's primary and takes over what it says. */
  async #reconcile(userId: UserId, policy: AccountPolicy): Promise<Outage | null> {
    const before = this.#authority.copy();
    if (before?.authority.status === "deleted") return null;
    const intent = this.#authority.intent();
    const row = await outcomeOf(this.#readRow(userId, intent));
    if ("kind" in row) return row;

    // Another call may have settled a newer row while this one waited for an older reading.
    const known = this.#authority.copy()?.authority ?? null;
    if (known !== null && !sameAuthority(known, before?.authority ?? known)) return null;
    // An object that a stranger's guess woke up leaves nothing behind.
    if (known === null && row.value === null) return null;
    this.#sessions.createIfMissing();
    const seen = row.value?.authority ?? null;
    const applied = intent !== null && row.value?.changeId === intent.changeId;
    const { authority, end } = takeOver(known, seen, applied ? intent.keepSession : null);
    this.#settle(authority, end, policy);
    return null;
  }

  /** After a crash an update may still be on its way: the fence makes it come too late. */
  #readRow(userId: UserId, intent: Intent | null) {
    if (intent === null) return this.#record.read(userId);
    return this.#record.fence(userId, crypto.randomUUID(), intent.base);
  }

  /** Takes an authority, ends what must end and forgets the intent: all of it or nothing. */
  #settle(authority: Authority, end: SessionsToEnd, policy: AccountPolicy): void {
    this.ctx.storage.transactionSync(() => {
      this.#authority.settle({ authority, checkedAt: Date.now() });
      if (end === "all") this.#sessions.removeAllExcept(null);
      else if (end !== "none") this.#sessions.removeAllExcept(end.allExcept);
    });
    // The tombstone stays until no token that names the user can be alive.
    if (authority.status === "deleted") this.#wakeAt(Date.now() + policy.refresh.absoluteTtl);
  }

  /** The authority of a user who may act now, or null. */
  #current(): Authority | null {
    const authority = this.#authority.copy()?.authority ?? null;
    return authority?.status === "active" ? authority : null;
  }

  #makeRoom(now: number, policy: AccountPolicy): void {
    const sessions = this.#sessions.all();
    const expired = sessions.filter((session) => isExpired(session, now, policy.refresh));
    const alive = sessions.filter((session) => !expired.includes(session));
    for (const { id } of expired) this.#sessions.remove(id);
    for (const id of evictions(alive, policy.maxSessions)) this.#sessions.remove(id);
  }

  #wakeAt(time: number): void {
    void this.ctx.storage.setAlarm(time);
  }
}

function grantOf(
  authority: Authority,
  session: RefreshSession,
  policy: AccountPolicy,
): SessionGrant {
  return {
    authority,
    createdAt: session.createdAt,
    expiresAt: expiresAt(session, policy.refresh),
  };
}

/** False when a role cannot be turned into permissions now: better later than a poorer token. */
function canResolve(authority: Authority, knownRoles: readonly string[] | null): boolean {
  return (
    knownRoles === null ||
    authority.roles.every((role) => isBuiltIn(role) || knownRoles.includes(role))
  );
}

function answerOf(verdict: ChangeVerdict, authority: Authority): ChangeAnswer | "moved" {
  switch (verdict) {
    case "applied":
    case "unchanged":
      return { kind: "done", authority };
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
    const dependency = error instanceof Unavailable ? error.dependency : "account";
    return { kind: "unavailable", dependency };
  }
}
