import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Database } from "../../scripts/database.ts";

const ROOT = join(import.meta.dirname, "../..");

/** What a script's statements would meet, in this process. @param migrations those of DB, or not */
export function migratedSqlite(migrations = "migrations"): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  const directory = join(ROOT, migrations);
  const names = readdirSync(directory).filter((file) => file.endsWith(".sql"));
  for (const name of names.sort()) database.exec(readFileSync(join(directory, name), "utf8"));
  return database;
}

/** The database that a script asks, without wrangler between. */
export const scriptDatabase = (sqlite: DatabaseSync): Database => ({
  readRows: (query) => sqlite.prepare(query).all(),
  executeSql(statements) {
    sqlite.exec("begin");
    try {
      for (const statement of statements) sqlite.exec(statement);
      sqlite.exec("commit");
    } catch (error) {
      sqlite.exec("rollback");
      throw error;
    }
  },
});
