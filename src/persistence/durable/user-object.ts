import { DurableObject } from "cloudflare:workers";
import { type Authority, sameAuthority } from "../../domain/authority.ts";
import type { SessionId } from "../../domain/ids.ts";
import {
  decideRefresh,
  evictions,
  expiresAt,
  isExpired,
  type RefreshSession,
} from "../../domain/refresh-session.ts";
import type { Env } from "../../env.ts";
import type {
  AccountPolicy,
  ChangeAnswer,
  ChangeCommand,
  OpenAnswer,
  OpenSession,
  RefreshAnswer,
  RefreshCommand,
  SessionGrant,
  SessionInfo,
  SessionsSelection,
} from "../../use-cases/ports.ts";
import { d1AccountRecord } from "../d1/account-record.ts";
import { database } from "../d1/database.ts";
import { AccountAuthority, type Addressed, type Outage } from "./account-authority.ts";
import { SessionTable } from "./session-table.ts";

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

/**
 * The judge of one user: its sessions and its authority. It loads, lets `domain/` decide, saves
 * and answers with an outcome. What it decides is decided in one synchronous block, so no two
 * requests can both see the state before.
 */
export class UserObject extends DurableObject<Env> implements UserCalls {
  readonly #sessions: SessionTable;
  readonly #authority: AccountAuthority;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sessions = new SessionTable(ctx.storage.sql);
    const record = d1AccountRecord(database(env.DB));
    this.#authority = new AccountAuthority(ctx.storage, this.#sessions, record);
  }

  async openSession(to: Addressed, command: OpenSession): Promise<OpenAnswer | Outage> {
    const known = this.#authority.known();
    if (known === null) {
      // Nothing was ever changed through here, so the row that was just read is the newest word.
      this.#authority.settle({ authority: command.seen, changeId: "" }, "none", to.policy);
    } else if (!this.#authority.isSettled() || !sameAuthority(known, command.seen)) {
      const outage = await this.#authority.reconcile(to);
      if (outage !== null) return outage;
    }
    return this.#open(to.policy, command);
  }

  #open(policy: AccountPolicy, command: OpenSession): OpenAnswer {
    const authority = this.#authority.known();
    if (authority === null || authority.status === "deleted") return { kind: "refused" };
    if (!sameAuthority(authority, command.seen)) return { kind: "stale" };
    if (authority.status !== "active") return { kind: "refused" };
    const now = Date.now();
    const existing = this.#sessions.find(command.sessionId);
    if (existing !== null) return { kind: "opened", grant: grantOf(authority, existing, policy) };

    this.#makeRoom(now, policy);
    const session = {
      id: command.sessionId,
      createdAt: now,
      lastUsedAt: now,
      current: command.token,
      previous: null,
      rotatedAt: null,
      device: command.device,
      purgeAt: now + policy.refresh.absoluteTtl,
    };
    this.#sessions.add(session);
    // A session that ends before every other one finds no alarm that would serve it.
    if (this.#sessions.nextPurge() === session.purgeAt) this.#wakeAt(session.purgeAt);
    return { kind: "opened", grant: grantOf(authority, session, policy) };
  }

  async refresh(to: Addressed, command: RefreshCommand): Promise<RefreshAnswer | Outage> {
    const outage = await this.#authority.freshen(to);
    if (outage !== null) return outage;

    // From here to the return nothing waits: the read, the decision and the write are one step.
    const authority = this.#authority.current();
    if (authority === null) return { kind: "refused" };
    if (!canResolve(authority, command.knownRoles)) return { kind: "roles_wanted" };
    const session = this.#sessions.remembered(command.sessionId);
    const { presented, successor } = command;
    const { policy } = to;
    const decision = decideRefresh(session, presented, successor, Date.now(), policy.refresh);
    switch (decision.kind) {
      case "rotate":
        if (session === null || !this.#sessions.rotate({ ...session, ...decision.session })) {
          return { kind: "refused" };
        }
        return { kind: "rotated", ...rotation(authority, decision.session, policy) };
      case "replay":
        if (this.#sessions.find(command.sessionId) === null) return { kind: "refused" };
        return { kind: "replayed", ...rotation(authority, decision.session, policy) };
      case "reuse":
        this.#sessions.remove(command.sessionId);
        return { kind: "reused" };
      case "expired":
      case "unknown":
        return { kind: "refused" };
    }
  }

  async check(
    to: Addressed,
    sessionId: SessionId,
  ): Promise<{ kind: "live"; grant: SessionGrant } | { kind: "dead" } | Outage> {
    const outage = await this.#authority.freshen(to);
    if (outage !== null) return outage;
    const authority = this.#authority.current();
    const session = authority && this.#sessions.find(sessionId);
    if (!session || isExpired(session, Date.now(), to.policy.refresh)) return { kind: "dead" };
    return { kind: "live", grant: grantOf(authority, session, to.policy) };
  }

  async holdsToken(
    to: Addressed,
    sessionId: SessionId,
    hash: string,
  ): Promise<{ kind: "answered"; holds: boolean } | Outage> {
    const outage = await this.#authority.freshen(to);
    if (outage !== null) return outage;
    const session = this.#authority.current() && this.#sessions.find(sessionId);
    const unused = { hash, secretVersion: 0 };
    const decision = decideRefresh(session, hash, unused, Date.now(), to.policy.refresh);
    return { kind: "answered", holds: decision.kind === "rotate" || decision.kind === "replay" };
  }

  async listSessions({ policy }: Addressed): Promise<SessionInfo[]> {
    if (this.#authority.known() === null) return [];
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
    if (this.#authority.known() === null) return 0;
    if (which === "all") return this.#sessions.removeAllExcept(null);
    if ("only" in which) return this.#sessions.remove(which.only);
    return this.#sessions.removeAllExcept(which.allExcept);
  }

  /** Nothing else runs here meanwhile, so no refresh can slip between the row and the copy. */
  async change(to: Addressed, command: ChangeCommand): Promise<ChangeAnswer | Outage> {
    return this.ctx.blockConcurrencyWhile(() => this.#authority.change(to, command));
  }

  /** Purges what has ended; a tombstone whose time has come takes everything with it. */
  override async alarm(): Promise<void> {
    const forgetAt = this.#authority.forgetAt();
    if (forgetAt !== null) {
      // The alarm may be one that was set for a session and was on its way at the deletion.
      if (forgetAt > Date.now()) this.#wakeAt(forgetAt);
      else await this.#forgetEverything();
      return;
    }
    if (this.#authority.known() === null) return; // run twice: there is nothing left
    this.#sessions.purge(Date.now());
    const next = this.#sessions.nextPurge();
    if (next !== null) this.#wakeAt(next);
  }

  #makeRoom(now: number, policy: AccountPolicy): void {
    const sessions = this.#sessions.all();
    const expired = sessions.filter((session) => isExpired(session, now, policy.refresh));
    const alive = sessions.filter((session) => !expired.includes(session));
    for (const { id } of expired) this.#sessions.remove(id);
    for (const id of evictions(alive, policy.maxSessions)) this.#sessions.remove(id);
  }

  async #forgetEverything(): Promise<void> {
    await this.ctx.storage.deleteAll();
    this.#sessions.forget();
    this.#authority.forget();
  }

  #wakeAt(time: number): void {
    void this.ctx.storage.setAlarm(time);
  }
}

function grantOf(
  authority: Authority,
  session: Pick<RefreshSession, "createdAt" | "lastUsedAt">,
  policy: AccountPolicy,
): SessionGrant {
  return {
    authority,
    createdAt: session.createdAt,
    expiresAt: expiresAt(session, policy.refresh),
  };
}

function rotation(authority: Authority, session: RefreshSession, policy: AccountPolicy) {
  return {
    grant: grantOf(authority, session, policy),
    secretVersion: session.current.secretVersion,
  };
}

/** False when a role cannot be turned into permissions: nothing is then consumed. */
function canResolve(authority: Authority, knownRoles: readonly string[] | null): boolean {
  return knownRoles === null || authority.roles.every((role) => knownRoles.includes(role));
}
