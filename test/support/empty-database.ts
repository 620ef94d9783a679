import { env } from "cloudflare:workers";
import { type Database, database } from "../../src/persistence/d1/database.ts";

/** The real D1, with the built-in roles and nothing else. */
export async function emptyDatabase(): Promise<Database> {
  await env.DB.batch(
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
    ].map((statement) => env.DB.prepare(statement)),
  );
  return database(env.DB);
}
