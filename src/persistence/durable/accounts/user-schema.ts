const VERSION = "schema";

/**
 * The tables of a user's object, by numbered steps that only add: rows that old code wrote meet new
 * code, and after a roll-back the other way round. A step is never changed once it has run anywhere.
 */
const STEPS: readonly string[] = [
  `create table sessions (
    id text primary key, created_at integer not null, last_used_at integer not null,
    current_hash text not null, secret_version integer not null,
    previous_hash text, rotated_at integer, ip text, user_agent text,
    purge_at integer not null) without rowid`,
  // Until here purge_at was the absolute limit, and the idle limit that of the day, 30 days if
  // nobody changed it. From here on purge_at is when the session ends.
  `alter table sessions add column replay_window integer;
   alter table sessions add column rotated_ip text;
   alter table sessions add column rotated_user_agent text;
   alter table sessions add column replay_noted integer not null default 0;
   alter table sessions add column replayed_elsewhere_at integer;
   update sessions set purge_at = min(purge_at, last_used_at + 2592000000)`,
  // Until here a session was opened by password, for people's own sign-in and the audience that was
  // configured. Defaults say so of rows that are here, and of those that old code adds after a
  // roll-back.
  `alter table sessions add column amr text not null default '["pwd"]';
   alter table sessions add column acr text not null default 'aal1';
   alter table sessions add column client_id text not null default 'first-party';
   alter table sessions add column audience text;
   alter table sessions add column auth_time integer`,
];

/** Takes the missing steps. An object under an id that nobody has gets none: it stores nothing. */
export function bringUpToDate({ kv, sql }: DurableObjectStorage): void {
  const version = kv.get<number>(VERSION) ?? versionWithoutRecord(sql);
  if (version >= STEPS.length) return;
  for (const step of STEPS.slice(version)) sql.exec(step);
  kv.put(VERSION, STEPS.length);
}

/** The first code took the first step without writing it down. */
function versionWithoutRecord(sql: SqlStorage): number {
  const tables = "select name from sqlite_master where type = 'table' and name = 'sessions'";
  return sql.exec(tables).toArray().length;
}
