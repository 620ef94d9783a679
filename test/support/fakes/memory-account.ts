import { judgeChange, keptSession } from "../../../src/domain/account-change.ts";
import { type Authority, sameAuthority, takeOver } from "../../../src/domain/authority.ts";
import type { SessionId, UserId } from "../../../src/domain/ids.ts";
import {
  decideRefresh,
  evictions,
  expiresAt,
  isExpired,
  type RefreshSession,
} from "../../../src/domain/refresh-session.ts";
import type {
  AccountPolicy,
  AccountRecord,
  ChangeAnswer,
  ChangeCommand,
  Clock,
  Device,
  OpenAnswer,
  OpenSession,
  RefreshAnswer,
  RefreshCommand,
  SessionGrant,
} from "../../../src/use-cases/ports.ts";
import { someId } from "../samples.ts";

type Session = RefreshSession & { readonly device: Device };
type Copy = { authority: Authority; changeId: string; checkedAt: number };
type Row = Awaited<ReturnType<AccountRecord["read"]>>;

export type MemoryAccountDeps = {
  readonly record: AccountRecord;
  readonly policy: AccountPolicy;
  readonly clock: Clock;
};

/** As often as the real object tries again. */
const MAX_ROUNDS = 3;

/** One user's object, whose calls run one after the other. */
export class MemoryAccount {
  copy: Copy | null = null;
  intent: { changeId: string; base: number; keep: SessionId | null } | null = null;
  readonly sessions = new Map<SessionId, Session>();
  readonly #userId: UserId;
  readonly #deps: MemoryAccountDeps;
  #last: Promise<unknown> = Promise.resolve();

  constructor(userId: UserId, deps: MemoryAccountDeps) {
    this.#userId = userId;
    this.#deps = deps;
  }

  /** Runs work when all before it is done. */
  serially<T>(work: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  async open(command: OpenSession): Promise<OpenAnswer> {
    if (this.copy === null) this.#settle(command.seen, "", null);
    const known = this.copy?.authority;
    if (known?.status === "deleted") return { kind: "refused" };
    if (this.intent !== null || !known || !sameAuthority(known, command.seen)) {
      await this.#reconcile();
    }
    const authority = this.copy?.authority;
    if (!authority || authority.status === "deleted") return { kind: "refused" };
    if (!sameAuthority(authority, command.seen)) return { kind: "stale" };
    if (authority.status !== "active") return { kind: "refused" };
    const session = this.sessions.get(command.sessionId) ?? this.#make(command);
    return { kind: "opened", grant: this.grant(authority, session) };
  }

  #make({ sessionId: id, token: current, device }: OpenSession): Session {
    const now = this.#deps.clock();
    for (const session of this.sessions.values()) {
      if (!this.isAlive(session)) this.sessions.delete(session.id);
    }
    for (const evicted of evictions([...this.sessions.values()], this.#deps.policy.maxSessions)) {
      this.sessions.delete(evicted);
    }
    const session: Session = {
      id,
      createdAt: now,
      lastUsedAt: now,
      current,
      previous: null,
      rotatedAt: null,
      device,
    };
    this.sessions.set(id, session);
    return session;
  }

  async refresh({ sessionId, presented, successor, knownRoles }: RefreshCommand) {
    await this.freshen();
    const authority = this.current();
    if (authority === null) return { kind: "refused" } satisfies RefreshAnswer;
    const isKnown = (role: string) => knownRoles === null || knownRoles.includes(role);
    if (!authority.roles.every(isKnown)) return { kind: "roles_wanted" } satisfies RefreshAnswer;
    const session = this.sessions.get(sessionId);
    const decision = this.decide(sessionId, presented, successor);
    if (decision.kind === "reuse") {
      this.sessions.delete(sessionId);
      return { kind: "reused" } satisfies RefreshAnswer;
    }
    if (session === undefined || !("session" in decision)) {
      return { kind: "refused" } satisfies RefreshAnswer;
    }
    this.sessions.set(sessionId, { ...session, ...decision.session });
    return {
      kind: decision.kind === "rotate" ? "rotated" : "replayed",
      grant: this.grant(authority, decision.session),
      secretVersion: decision.session.current.secretVersion,
    } satisfies RefreshAnswer;
  }

  decide(id: SessionId, presented: string, successor: RefreshCommand["successor"]) {
    const { clock, policy } = this.#deps;
    const session = this.sessions.get(id) ?? null;
    return decideRefresh(session, presented, successor, clock(), policy.refresh);
  }

  async change(command: ChangeCommand): Promise<ChangeAnswer> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (this.copy === null || this.intent !== null) await this.#reconcile();
      const answer = await this.#attempt(this.copy, command);
      if (answer !== "moved") return answer;
    }
    return { kind: "conflict" };
  }

  async #attempt(copy: Copy | null, { change, changeId, ifVersion }: ChangeCommand) {
    const refuse = (kind: "not_found" | "conflict") => ({ kind });
    if (copy?.changeId === changeId) return { kind: "done" as const, authority: copy.authority };
    if (copy === null || copy.authority.status === "deleted") return refuse("not_found");
    const base = copy.authority.version;
    if (ifVersion !== null && ifVersion !== base) return refuse("conflict");
    this.intent = { changeId, base, keep: keptSession(change) };
    const { record, clock } = this.#deps;
    const apply = () => record.apply(this.#userId, change, changeId, base, clock());
    const row = await apply().catch(apply);
    const verdict = judgeChange(change, changeId, base, row);
    const authority = this.#take(row, changeId, keptSession(change));
    if (verdict === "moved") return verdict;
    const isDone = verdict === "applied" || verdict === "unchanged";
    return isDone ? { kind: "done" as const, authority } : { kind: verdict };
  }

  async freshen(): Promise<void> {
    if (this.copy === null || this.copy.authority.status === "deleted") return;
    const age = Math.abs(this.#deps.clock() - this.copy.checkedAt);
    if (age >= this.#deps.policy.authorityMaxAge || this.intent !== null) await this.#reconcile();
  }

  async #reconcile(): Promise<void> {
    const { record } = this.#deps;
    const intent = this.intent;
    const row = await (intent === null
      ? record.read(this.#userId)
      : record.fence(this.#userId, someId(), intent.base));
    if (this.copy === null && row === null) return;
    const applied = intent !== null && row?.changeId === intent.changeId;
    this.#take(row, intent?.changeId ?? "", applied ? intent.keep : null);
  }

  #take(row: Row, changeId: string, keep: SessionId | null): Authority {
    const { authority, end } = takeOver(this.copy?.authority ?? null, row?.authority ?? null, keep);
    this.#settle(authority, row?.changeId ?? changeId, end === "none" ? null : end);
    return authority;
  }

  #settle(authority: Authority, changeId: string, end: "all" | { allExcept: SessionId } | null) {
    this.copy = { authority, changeId, checkedAt: this.#deps.clock() };
    this.intent = null;
    if (end !== null) this.end((id) => end === "all" || id !== end.allExcept);
  }

  end(isMeant: (id: SessionId) => boolean): number {
    const ending = [...this.sessions.keys()].filter(isMeant);
    for (const id of ending) this.sessions.delete(id);
    return ending.length;
  }

  current(): Authority | null {
    const authority = this.copy?.authority ?? null;
    return authority?.status === "active" ? authority : null;
  }

  isAlive(session: Session): boolean {
    return !isExpired(session, this.#deps.clock(), this.#deps.policy.refresh);
  }

  grant(authority: Authority, session: RefreshSession): SessionGrant {
    const { policy } = this.#deps;
    const { createdAt } = session;
    return { authority, createdAt, expiresAt: expiresAt(session, policy.refresh) };
  }
}
