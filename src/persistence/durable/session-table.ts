import type { SessionId } from "../../domain/ids.ts";
import type { RefreshSession } from "../../domain/refresh-session.ts";
import type { Device } from "../../use-cases/ports.ts";

/** A session as the user's object stores it: hashes only. Times are Unix milliseconds. */
export type StoredSession = RefreshSession & {
  readonly device: Device;
  /** When the row may be purged, whatever the policy is by then. */
  readonly purgeAt: number;
};

type Row = {
  id: string;
  created_at: number;
  last_used_at: number;
  current_hash: string;
  secret_version: number;
  previous_hash: string | null;
  rotated_at: number | null;
  ip: string | null;
  user_agent: string | null;
  purge_at: number;
};

/**
 * The sessions of one user. Schema changes are additive: new Workers call old objects and old
 * rows meet new objects. Every call is synchronous, so a sequence of them is never interleaved.
 *
 * Rows are remembered for `rotate` alone, whose condition says if the storage has the session
 * still. Whatever allows without writing reads: an object that was replaced learns of it there.
 */
export class SessionTable {
  readonly #sql: SqlStorage;
  readonly #used = new Map<SessionId, StoredSession>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  createIfMissing(): void {
    this.#sql.exec(`create table if not exists sessions (
      id text primary key, created_at integer not null, last_used_at integer not null,
      current_hash text not null, secret_version integer not null,
      previous_hash text, rotated_at integer, ip text, user_agent text,
      purge_at integer not null) without rowid`);
  }

  /** As it was used last here; the storage has the word, in `rotate` or `find`. */
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

  add(session: StoredSession): void {
    this.#sql.exec(
      `insert into sessions (id, created_at, last_used_at, current_hash, secret_version,
         previous_hash, rotated_at, ip, user_agent, purge_at)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      session.id,
      session.createdAt,
      session.lastUsedAt,
      session.current.hash,
      session.current.secretVersion,
      session.previous,
      session.rotatedAt,
      session.device.ip,
      session.device.userAgent,
      session.purgeAt,
    );
  }

  /** @returns false when the storage has the session no more; nothing is then brought back */
  rotate(session: StoredSession): boolean {
    this.#used.delete(session.id); // until it is stored
    const { rowsWritten } = this.#sql.exec(
      `update sessions set last_used_at = ?, current_hash = ?, secret_version = ?,
         previous_hash = ?, rotated_at = ? where id = ?`,
      session.lastUsedAt,
      session.current.hash,
      session.current.secretVersion,
      session.previous,
      session.rotatedAt,
      session.id,
    );
    if (rowsWritten === 0) return false;
    this.#used.set(session.id, session);
    return true;
  }

  /** The storage was emptied. */
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

  purge(now: number): void {
    this.#used.clear();
    this.#sql.exec("delete from sessions where purge_at <= ?", now);
  }

  nextPurge(): number | null {
    const query = "select min(purge_at) as at from sessions";
    return this.#sql.exec<{ at: number | null }>(query).one().at;
  }
}

function sessionOf(row: Row): StoredSession {
  return {
    id: row.id as SessionId, // written by save alone
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    current: { hash: row.current_hash, secretVersion: row.secret_version },
    previous: row.previous_hash,
    rotatedAt: row.rotated_at,
    device: { ip: row.ip, userAgent: row.user_agent },
    purgeAt: row.purge_at,
  };
}
