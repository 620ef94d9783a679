import type { Proved } from "../../../domain/assurance.ts";
import type { SessionId } from "../../../domain/ids.ts";
import type { Rotation } from "../../../domain/sessions/refresh-session.ts";
import type { SessionStore, StoredSession } from "../../../use-cases/sessions/ports.ts";

type Row = {
  id: string;
  created_at: number;
  last_used_at: number;
  current_hash: string;
  secret_version: number;
  previous_hash: string | null;
  rotated_at: number | null;
  replay_window: number | null;
  rotated_ip: string | null;
  rotated_user_agent: string | null;
  replay_noted: number;
  replayed_elsewhere_at: number | null;
  ip: string | null;
  user_agent: string | null;
  /** When the session ends. */
  purge_at: number;
  /** JSON. */
  amr: string;
  acr: Proved["acr"];
  client_id: string;
  audience: string | null;
  /** Null where older code opened the session, whose creation then counts. */
  auth_time: number | null;
};

/** The window of rotations stored without one: the default of that time. */
const DEFAULT_REPLAY_WINDOW = 30_000;

/**
 * The sessions of one user. Every call is synchronous, so a sequence of them is never interleaved.
 *
 * Rows are remembered for `update` alone, which finds no row where the session is gone. A decision
 * that writes nothing reads the storage first; a replaced object notices it there.
 */
export class SessionTable implements SessionStore {
  readonly #sql: SqlStorage;
  readonly #used = new Map<SessionId, StoredSession>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** From memory; whether the session still exists, `update` and `find` tell. */
  remembered(id: SessionId): StoredSession | null {
    return this.#used.get(id) ?? this.find(id);
  }

  find(id: SessionId): StoredSession | null {
    this.#used.delete(id);
    const [row] = this.#sql.exec<Row>("select * from sessions where id = ?", id).toArray();
    if (row === undefined) return null;
    const session = sessionOf(row);
    this.#used.set(id, session);
    return session;
  }

  all(): StoredSession[] {
    return this.#sql.exec<Row>("select * from sessions").toArray().map(sessionOf);
  }

  /** A new session was never rotated. */
  add(session: StoredSession): void {
    this.#sql.exec(
      `insert into sessions (id, created_at, last_used_at, current_hash, secret_version,
         ip, user_agent, purge_at, amr, acr, client_id, audience, auth_time)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      session.id,
      session.createdAt,
      session.lastUsedAt,
      session.current.hash,
      session.current.secretVersion,
      session.device.ip,
      session.device.userAgent,
      session.expiresAt,
      JSON.stringify(session.amr),
      session.acr,
      session.clientId,
      session.audience,
      session.authTime,
    );
  }

  /** @returns false when the session is gone; nothing is then brought back */
  update(session: StoredSession): boolean {
    const { rotation } = session;
    this.#used.delete(session.id); // until it is stored
    const { rowsWritten } = this.#sql.exec(
      `update sessions set last_used_at = ?, purge_at = ?, current_hash = ?, secret_version = ?,
         previous_hash = ?, rotated_at = ?, replay_window = ?, rotated_ip = ?,
         rotated_user_agent = ?, replay_noted = ?, replayed_elsewhere_at = ? where id = ?`,
      session.lastUsedAt,
      session.expiresAt,
      session.current.hash,
      session.current.secretVersion,
      rotation?.previous ?? null,
      rotation?.at ?? null,
      rotation?.replayWindow ?? null,
      rotation?.by.ip ?? null,
      rotation?.by.userAgent ?? null,
      rotation?.isReplayNoted ? 1 : 0,
      session.replayedElsewhereAt,
      session.id,
    );
    if (rowsWritten === 0) return false;
    this.#used.set(session.id, session);
    return true;
  }

  prove(id: SessionId, { amr, acr, authTime }: Proved): void {
    this.#used.delete(id);
    this.#sql.exec(
      "update sessions set amr = ?, acr = ?, auth_time = ? where id = ?",
      JSON.stringify(amr),
      acr,
      authTime,
      id,
    );
  }

  /** The storage was emptied, or a write to it rolled back. */
  forget(): void {
    this.#used.clear();
  }

  remove(id: SessionId): number {
    this.#used.clear();
    return this.#sql.exec("delete from sessions where id = ?", id).rowsWritten > 0 ? 1 : 0;
  }

  removeAllExcept(id: SessionId | null): number {
    this.#used.clear();
    const ending = this.all().filter((session) => session.id !== id);
    this.#sql.exec("delete from sessions where id is not ?", id);
    return ending.length;
  }

  /** When the next one ends. */
  nextEnd(): number | null {
    const query = "select min(purge_at) as at from sessions";
    return this.#sql.exec<{ at: number | null }>(query).one().at;
  }
}

function sessionOf(row: Row): StoredSession {
  const amr: string[] = JSON.parse(row.amr);
  return {
    id: row.id as SessionId, // written by add alone
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.purge_at,
    current: { hash: row.current_hash, secretVersion: row.secret_version },
    rotation: rotationOf(row),
    replayedElsewhereAt: row.replayed_elsewhere_at,
    device: { ip: row.ip, userAgent: row.user_agent },
    amr,
    acr: row.acr,
    authTime: row.auth_time ?? row.created_at,
    clientId: row.client_id,
    audience: row.audience,
  };
}

function rotationOf(row: Row): Rotation | null {
  if (row.previous_hash === null || row.rotated_at === null) return null;
  return {
    previous: row.previous_hash,
    at: row.rotated_at,
    replayWindow: row.replay_window ?? DEFAULT_REPLAY_WINDOW,
    by: { ip: row.rotated_ip, userAgent: row.rotated_user_agent },
    isReplayNoted: row.replay_noted !== 0,
  };
}
