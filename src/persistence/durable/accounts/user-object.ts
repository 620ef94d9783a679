import { DurableObject } from "cloudflare:workers";
import { type Authority, sameAuthority } from "../../../domain/accounts/authority.ts";
import { forgottenAt } from "../../../domain/credentials/throttle.ts";
import type { SessionId } from "../../../domain/ids.ts";
import {
  type Device,
  decideRefresh,
  evictions,
  isExpired,
  newSession,
  type RefreshSession,
} from "../../../domain/sessions/refresh-session.ts";
import type { Env } from "../../../env.ts";
import type {
  AccountPolicy,
  ChangeAnswer,
  ChangeCommand,
} from "../../../use-cases/accounts/ports.ts";
import type { AllowedAttempt, Attempt, Prover } from "../../../use-cases/credentials/ports.ts";
import type {
  NewSession,
  OpenAnswer,
  OpenSession,
  RefreshAnswer,
  RefreshCommand,
  SessionInfo,
  SessionsSelection,
} from "../../../use-cases/sessions/ports.ts";
import type { SessionGrant } from "../../../use-cases/tokens/ports.ts";
import { d1AccountRecord } from "../../d1/accounts/account-record.ts";
import { database } from "../../d1/database.ts";
import { ProofCounts } from "../credentials/proof-counts.ts";
import { SessionTable, type StoredSession } from "../sessions/session-table.ts";
import { AccountAuthority, type Addressed, type Outage } from "./account-authority.ts";
import type { UserCalls } from "./user-calls.ts";
import { bringUpToDate } from "./user-schema.ts";

/** Where a request comes from whose Worker runs older code, and does not say. */
const NOWHERE: Device = { ip: null, userAgent: null };

/**
 * The judge of one user: its sessions and its authority. It loads, lets `domain/` decide, saves
 * and answers with an outcome. What it decides is decided in one synchronous block, so no two
 * requests can both see the state before.
 */
export class UserObject extends DurableObject<Env> implements UserCalls {
  readonly #sessions: SessionTable;
  readonly #proofs: ProofCounts;
  readonly #authority: AccountAuthority;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { storage } = ctx;
    this.#sessions = new SessionTable(storage.sql);
    this.#proofs = new ProofCounts(storage.kv);
    const record = d1AccountRecord(database(env.DB));
    this.#authority = new AccountAuthority(storage, this.#sessions, record);
    if (this.#authority.known() !== null) storage.transactionSync(() => bringUpToDate(storage));
  }

  async openSession(to: Addressed, command: OpenSession): Promise<OpenAnswer | Outage> {
    const known = this.#authority.known();
    // Also where nothing is known: told of a change by other hands, it had nothing to end then.
    if (known === null || !this.#authority.isSettled() || !sameAuthority(known, command.seen)) {
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
    const existing = this.#sessions.find(command.sessionId);
    if (existing !== null) return { kind: "opened", grant: grantOf(authority, existing) };
    const now = Date.now();
    this.#makeRoom(now, policy);
    const session = begin(command, now, policy);
    this.#sessions.add(session);
    this.#proofs.clear("session"); // whoever signs in has proved the password
    this.#wakeFor(session.expiresAt);
    return { kind: "opened", grant: grantOf(authority, session) };
  }

  async refresh(to: Addressed, command: RefreshCommand): Promise<RefreshAnswer | Outage> {
    const outage = await this.#authority.freshen(to);
    if (outage !== null) return outage;

    // From here to the return nothing waits: the read, the decision and the write are one step.
    const authority = this.#authority.current();
    if (authority === null) return { kind: "refused" };
    if (!canResolve(authority, command.knownRoles)) {
      return { kind: "roles_wanted", roles: authority.roles };
    }
    const session = this.#sessions.remembered(command.sessionId);
    const { device = NOWHERE, successor } = command;
    const { policy } = to;
    const presented = { hash: command.presented, device };
    const decision = decideRefresh(session, presented, successor, Date.now(), policy.refresh);
    switch (decision.kind) {
      case "rotate":
        if (!this.#update(session, decision.session)) return { kind: "refused" };
        return { kind: "rotated", ...rotation(authority, decision.session), isNoteworthy: false };
      case "replay": {
        const { isNoteworthy } = decision;
        const isThere = isNoteworthy
          ? this.#update(session, decision.session)
          : this.#sessions.find(command.sessionId) !== null;
        if (!isThere) return { kind: "refused" };
        return { kind: "replayed", ...rotation(authority, decision.session), isNoteworthy };
      }
      case "reuse":
        this.#sessions.remove(command.sessionId);
        return { kind: "reused" };
      case "expired":
      case "unknown":
        return { kind: "refused" };
    }
  }

  /** False when the session is gone: an object that was replaced learns of it here. */
  #update(stored: StoredSession | null, decided: RefreshSession): boolean {
    return stored !== null && this.#sessions.update({ ...stored, ...decided });
  }

  async check(
    to: Addressed,
    sessionId: SessionId,
  ): Promise<{ kind: "live"; grant: SessionGrant } | { kind: "dead" } | Outage> {
    const outage = await this.#authority.freshen(to);
    if (outage !== null) return outage;
    const authority = this.#authority.current();
    const session = authority && this.#sessions.find(sessionId);
    if (!session || isExpired(session, Date.now())) return { kind: "dead" };
    return { kind: "live", grant: grantOf(authority, session) };
  }

  async holdsToken(
    to: Addressed,
    sessionId: SessionId,
    hash: string,
  ): Promise<{ kind: "answered"; holds: boolean } | Outage> {
    const outage = await this.#authority.freshen(to);
    if (outage !== null) return outage;
    const session = this.#authority.current() && this.#sessions.find(sessionId);
    const presented = { hash, device: NOWHERE };
    const unused = { hash, secretVersion: 0 };
    const decision = decideRefresh(session, presented, unused, Date.now(), to.policy.refresh);
    return { kind: "answered", holds: decision.kind === "rotate" || decision.kind === "replay" };
  }

  async listSessions(_: Addressed): Promise<SessionInfo[]> {
    if (this.#authority.known() === null) return [];
    const now = Date.now();
    return this.#sessions
      .all()
      .filter((session) => !isExpired(session, now))
      .sort((a, b) => b.lastUsedAt - a.lastUsedAt)
      .map((session) => ({
        id: session.id,
        createdAt: session.createdAt,
        lastUsedAt: session.lastUsedAt,
        expiresAt: session.expiresAt,
        device: session.device,
        replayedElsewhereAt: session.replayedElsewhereAt,
      }));
  }

  async endSessions(_: Addressed, which: SessionsSelection): Promise<number> {
    if (this.#authority.known() === null) return 0;
    if (which === "all") return this.#sessions.removeAllExcept(null);
    if ("only" in which) return this.#sessions.remove(which.only);
    return this.#sessions.removeAllExcept(which.allExcept);
  }

  async catchUp(to: Addressed): Promise<{ kind: "caught_up" } | Outage> {
    return (await this.#authority.catchUp(to)) ?? { kind: "caught_up" };
  }

  /** Nothing else runs here meanwhile, so no refresh can slip between the row and the copy. */
  async change(to: Addressed, command: ChangeCommand): Promise<ChangeAnswer | Outage> {
    const { change, open } = command;
    return this.ctx.blockConcurrencyWhile(async () => {
      const answer = await this.#authority.change(to, command);
      if (answer.kind !== "done") return answer;
      // Nothing has waited since the change was settled: this is stored with it.
      if (change.kind === "set_status" && change.status === "active") this.#proofs.clearAll();
      if (open === undefined) return answer;
      return { ...answer, opened: this.#opened(answer.authority, open, to.policy) };
    });
  }

  /** Of a change whose first answer was lost the session may be there. */
  #opened(authority: Authority, wanted: NewSession, policy: AccountPolicy): SessionGrant {
    const existing = this.#sessions.find(wanted.sessionId);
    const session = existing ?? begin(wanted, Date.now(), policy);
    if (existing === null) this.#sessions.add(session);
    return grantOf(authority, session);
  }

  async reserveProof(
    { policy }: Addressed,
    by: Prover,
    credentialSetAt?: number,
  ): Promise<Attempt> {
    const attempt = this.#proofs.reserve(by, Date.now(), policy.maxSessions, credentialSetAt);
    if (attempt.kind === "allowed") this.#wakeFor(forgottenAt(attempt.reserved));
    return attempt;
  }

  async releaseProof(_: Addressed, by: Prover, attempt: AllowedAttempt): Promise<void> {
    this.#proofs.release(by, attempt);
  }

  async clearProofs(_: Addressed, by: Prover): Promise<void> {
    this.#proofs.clear(by);
  }

  /** Purges what has ended; a tombstone whose time has come takes everything with it. */
  override async alarm(): Promise<void> {
    const forgetAt = this.#authority.forgetAt();
    const now = Date.now();
    // The alarm may be one that was set for a session and was on its way at the deletion.
    if (forgetAt !== null && forgetAt > now) return this.#wakeAt(forgetAt);
    this.#proofs.purge(now);
    if (this.#authority.known() !== null) this.#sessions.purge(now);
    const next = this.#nextEnd();
    if (forgetAt !== null || (next === null && this.#authority.known() === null)) {
      await this.#forgetEverything();
    } else if (next !== null) this.#wakeAt(next);
  }

  /** When the next thing here ends (Unix milliseconds), or null when nothing does. */
  #nextEnd(): number | null {
    const session = this.#authority.known() === null ? null : this.#sessions.nextEnd();
    const times = [session, this.#proofs.nextForgotten()].filter((time) => time !== null);
    return times.length === 0 ? null : Math.min(...times);
  }

  /** What ends before everything else finds no alarm that would serve it. */
  #wakeFor(time: number): void {
    if (this.#nextEnd() === time) this.#wakeAt(time);
  }

  #makeRoom(now: number, policy: AccountPolicy): void {
    const sessions = this.#sessions.all();
    const expired = sessions.filter((session) => isExpired(session, now));
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

function begin({ sessionId, token, device }: NewSession, now: number, policy: AccountPolicy) {
  return { ...newSession(sessionId, token, now, policy.refresh), device };
}

const grantOf = (authority: Authority, session: RefreshSession): SessionGrant => ({
  authority,
  createdAt: session.createdAt,
  expiresAt: session.expiresAt,
});

const rotation = (authority: Authority, session: RefreshSession) => ({
  grant: grantOf(authority, session),
  secretVersion: session.current.secretVersion,
});

/** False when a role cannot be turned into permissions: nothing is then consumed. */
function canResolve(authority: Authority, knownRoles: readonly string[] | null): boolean {
  return knownRoles === null || authority.roles.every((role) => knownRoles.includes(role));
}
