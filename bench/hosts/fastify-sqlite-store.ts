/** What the hand-written service keeps: accounts, sessions, and the refresh tokens' hashes. */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";

const SCHEMA = `
  pragma journal_mode = wal;
  pragma synchronous = normal;
  pragma foreign_keys = on;
  create table users (
    id text primary key, email text not null unique, password_hash text not null,
    created_at integer not null
  ) strict, without rowid;
  create table sessions (
    id text primary key, user_id text not null references users, created_at integer not null,
    ended_at integer
  ) strict, without rowid;
  create table refresh_tokens (
    hash blob primary key, session_id text not null references sessions,
    expires_at integer not null, spent_at integer
  ) strict, without rowid;`;

/** Milliseconds. */
const REFRESH_TTL = 30 * 24 * 3_600_000;

export type Account = { readonly id: string; readonly password_hash: string };
export type Grant = {
  readonly userId: string;
  readonly sessionId: string;
  readonly refreshToken: string;
};
export type Store = ReturnType<typeof openStore>;

export function openStore(file: string) {
  const db = new DatabaseSync(file);
  db.exec(SCHEMA);
  const insertUser = db.prepare("insert into users values (?, ?, ?, ?) on conflict do nothing");
  const selectUser = db.prepare("select id, password_hash from users where email = ?");
  const insertSession = db.prepare("insert into sessions values (?, ?, ?, null)");
  const insertToken = db.prepare("insert into refresh_tokens values (?, ?, ?, null)");
  const selectToken = db.prepare(
    `select t.spent_at, t.expires_at, s.ended_at, s.id as session_id, s.user_id
     from refresh_tokens t join sessions s on s.id = t.session_id where t.hash = ?`,
  );
  const spendToken = db.prepare("update refresh_tokens set spent_at = ? where hash = ?");
  const endSession = db.prepare("update sessions set ended_at = ? where id = ?");
  const selectSession = db.prepare(
    `select u.id, u.email from sessions s join users u on u.id = s.user_id
     where s.id = ? and s.ended_at is null`,
  );

  function issue(userId: string, sessionId: string): Grant {
    const refreshToken = randomBytes(32).toString("base64url");
    insertToken.run(sha256(refreshToken), sessionId, Date.now() + REFRESH_TTL);
    return { userId, sessionId, refreshToken };
  }

  /** Nothing here waits, so nothing comes between. */
  function transaction<T>(work: () => T): T {
    db.exec("begin immediate");
    try {
      const result = work();
      db.exec("commit");
      return result;
    } catch (error) {
      db.exec("rollback");
      throw error;
    }
  }

  return {
    /** @returns the account's id, or null when the address is taken */
    addUser(email: string, hash: string): string | null {
      const id = randomUUID();
      return insertUser.run(id, email, hash, Date.now()).changes === 1 ? id : null;
    },
    findUser: (email: string) => selectUser.get(email) as Account | undefined,
    openSession: (userId: string): Grant =>
      transaction(() => {
        const id = randomUUID();
        insertSession.run(id, userId, Date.now());
        return issue(userId, id);
      }),
    /** A token that was spent before ends its session: one of its two holders is a thief. */
    rotate: (refreshToken: string): Grant | null =>
      transaction(() => {
        const now = Date.now();
        const hash = sha256(refreshToken);
        const token = selectToken.get(hash) as TokenRow | undefined;
        if (token === undefined || token.ended_at !== null || token.expires_at <= now) return null;
        if (token.spent_at !== null) {
          endSession.run(now, token.session_id);
          return null;
        }
        spendToken.run(now, hash);
        return issue(token.user_id, token.session_id);
      }),
    /** @returns undefined for a session that has ended */
    findSession: (id: string) => selectSession.get(id) as SessionRow | undefined,
  };
}

type SessionRow = { readonly id: string; readonly email: string };
type TokenRow = {
  readonly spent_at: number | null;
  readonly expires_at: number;
  readonly ended_at: number | null;
  readonly session_id: string;
  readonly user_id: string;
};

const sha256 = (text: string): Buffer => createHash("sha256").update(text).digest();
