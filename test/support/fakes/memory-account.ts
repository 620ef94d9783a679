import { judgeChange } from "../../../src/domain/accounts/account-change.ts";
import { type Authority, sameAuthority, takeOver } from "../../../src/domain/accounts/authority.ts";
import type { SessionId, UserId } from "../../../src/domain/ids.ts";
import {
  type Device,
  decideRefresh,
  evictions,
  isExpired,
  newSession,
  type RefreshSession,
} from "../../../src/domain/sessions/refresh-session.ts";
import type {
  AccountPolicy,
  AccountRecord,
  ChangeAnswer,
  ChangeCommand,
} from "../../../src/use-cases/accounts/ports.ts";
import type { Clock } from "../../../src/use-cases/outside.ts";
import type {
  NewSession,
  OpenAnswer,
  OpenSession,
  RefreshAnswer,
  RefreshCommand,
} from "../../../src/use-cases/sessions/ports.ts";
import type { SessionGrant } from "../../../src/use-cases/tokens/ports.ts";
import { someId } from "../samples.ts";
import { MemoryProofs } from "./memory-proofs.ts";

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
  intent: { changeId: string; base: number } | null = null;
  readonly sessions = new Map<SessionId, Session>();
  readonly proofs: MemoryProofs;
  readonly #userId: UserId;
  readonly #deps: MemoryAccountDeps;
  #last: Promise<unknown> = Promise.resolve();

  constructor(userId: UserId, deps: MemoryAccountDeps) {
    this.#userId = userId;
    this.#deps = deps;
    this.proofs = new MemoryProofs(deps.clock, deps.policy.maxSessions);
  }

  /** Runs work when all before it is done. */
  serially<T>(work: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  async open(command: OpenSession): Promise<OpenAnswer> {
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

  #make(wanted: NewSession): Session {
    for (const session of this.sessions.values()) {
      if (!this.isAlive(session)) this.sessions.delete(session.id);
    }
    for (const evicted of evictions([...this.sessions.values()], this.#deps.policy.maxSessions)) {
      this.sessions.delete(evicted);
    }
    this.proofs.clear("session");
    return this.#add(wanted);
  }

  #add({ sessionId, token, device }: NewSession): Session {
    const { clock, policy } = this.#deps;
    const session = { ...newSession(sessionId, token, clock(), policy.refresh), device };
    this.sessions.set(sessionId, session);
    return session;
  }

  async refresh(command: RefreshCommand) {
    const { sessionId, knownRoles } = command;
    await this.freshen();
    const authority = this.current();
    if (authority === null) return { kind: "refused" } satisfies RefreshAnswer;
    const isKnown = (role: string) => knownRoles === null || knownRoles.includes(role);
    if (!authority.roles.every(isKnown)) {
      return { kind: "roles_wanted", roles: authority.roles } satisfies RefreshAnswer;
    }
    const session = this.sessions.get(sessionId);
    const decision = this.decide(command);
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
      isNoteworthy: decision.kind === "replay" && decision.isNoteworthy,
    } satisfies RefreshAnswer;
  }

  decide({ sessionId, presented: hash, successor, device }: Omit<RefreshCommand, "knownRoles">) {
    const { clock, policy } = this.#deps;
    const session = this.sessions.get(sessionId) ?? null;
    return decideRefresh(session, { hash, device }, successor, clock(), policy.refresh);
  }

  async change(command: ChangeCommand): Promise<ChangeAnswer> {
    const answer = await this.#change(command);
    if (answer.kind !== "done") return answer;
    const { change, open } = command;
    if (change.kind === "set_status" && change.status === "active") this.proofs.clearAll();
    if (open === undefined) return answer;
    const session = this.sessions.get(open.sessionId) ?? this.#add(open);
    return { ...answer, opened: this.grant(answer.authority, session) };
  }

  async #change(command: ChangeCommand): Promise<ChangeAnswer> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const { ifVersion, changeId } = command;
      const isOther = ifVersion !== null && this.copy?.authority.version !== ifVersion;
      const isMade = this.copy?.changeId === changeId;
      if (this.copy === null || (isOther && !isMade) || this.intent !== null) {
        await this.#reconcile();
      }
      const answer = await this.#attempt(this.copy, command);
      if (answer !== "moved") return answer;
    }
    return { kind: "conflict" };
  }

  async #attempt(copy: Copy | null, { change, changeId, ifVersion, by }: ChangeCommand) {
    const refuse = (kind: "not_found" | "conflict") => ({ kind });
    if (copy?.changeId === changeId) return { kind: "done" as const, authority: copy.authority };
    if (copy === null || copy.authority.status === "deleted") return refuse("not_found");
    const base = copy.authority.version;
    if (ifVersion !== null && ifVersion !== base) return refuse("conflict");
    this.intent = { changeId, base };
    const { record, clock } = this.#deps;
    const verified = this.#deps.policy.requireVerifiedEmail;
    const apply = () => record.apply(this.#userId, change, changeId, base, clock(), verified, by);
    const row = await apply().catch(apply);
    const verdict = judgeChange(change, changeId, base, row);
    const authority = this.#take(row, changeId);
    if (verdict === "moved") return verdict;
    const isDone = verdict === "applied" || verdict === "unchanged";
    return isDone ? { kind: "done" as const, authority } : { kind: verdict };
  }

  async freshen(): Promise<void> {
    if (this.copy === null || this.copy.authority.status === "deleted") return;
    const age = Math.abs(this.#deps.clock() - this.copy.checkedAt);
    if (age >= this.#deps.policy.authorityMaxAge || this.intent !== null) await this.#reconcile();
  }

  async catchUp(): Promise<void> {
    if (this.copy !== null && this.copy.authority.status !== "deleted") await this.#reconcile();
  }

  async #reconcile(): Promise<void> {
    const { record } = this.#deps;
    const intent = this.intent;
    const row = await (intent === null
      ? record.read(this.#userId)
      : record.fence(this.#userId, someId(), intent.base));
    if (this.copy === null && row === null) return;
    this.#take(row, intent?.changeId ?? "");
  }

  #take(row: Row, changeId: string): Authority {
    const { authority, end } = takeOver(this.copy?.authority ?? null, row?.authority ?? null);
    this.#settle(authority, row?.changeId ?? changeId, end);
    return authority;
  }

  #settle(authority: Authority, changeId: string, end: "all" | "none") {
    this.copy = { authority, changeId, checkedAt: this.#deps.clock() };
    this.intent = null;
    if (end === "all") this.sessions.clear();
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
    return !isExpired(session, this.#deps.clock());
  }

  grant(authority: Authority, { createdAt, expiresAt }: RefreshSession): SessionGrant {
    return { authority, createdAt, expiresAt };
  }
}
