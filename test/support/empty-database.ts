import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { type Database, database } from "../../src/persistence/d1/database.ts";

/** The real D1, with the built-in roles and nothing else. */
export async function emptyDatabase(db = env.DB): Promise<Database> {
  await db.batch(
    [
      "delete from user_roles",
      "delete from users",
      "delete from service_account_secrets",
      "delete from service_account_roles",
      "delete from service_accounts",
      "delete from role_permissions",
      "delete from roles where name not in ('admin', 'user')",
      "delete from signing_keys",
      "delete from change_feed",
      // Last, since what is deleted before is noted.
      "delete from service_account_feed",
    ].map((statement) => db.prepare(statement)),
  );
  return database(db);
}

/** The same of a database that no consumer of the queue writes to. */
export async function quietDatabase(): Promise<Database> {
  await applyD1Migrations(env.QUIET_DB, env.MIGRATIONS);
  await env.QUIET_DB.prepare("delete from dead_letters").run();
  return emptyDatabase(env.QUIET_DB);
}

/** An audit trail's database without events, which no consumer of the queue writes to. */
export async function quietAuditDatabase(): Promise<Database> {
  await applyD1Migrations(env.QUIET_AUDIT_DB, env.AUDIT_MIGRATIONS);
  await env.QUIET_AUDIT_DB.batch(
    ["events", "erased"].map((table) => env.QUIET_AUDIT_DB.prepare(`delete from ${table}`)),
  );
  return database(env.QUIET_AUDIT_DB);
}
