import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const MIGRATIONS = join(import.meta.dirname, "../../migrations");

/** What a script's statements for DB would meet, in this process. */
export function migratedSqlite(): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  const names = readdirSync(MIGRATIONS).filter((file) => file.endsWith(".sql"));
  for (const name of names.sort()) database.exec(readFileSync(join(MIGRATIONS, name), "utf8"));
  return database;
}
