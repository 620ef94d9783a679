import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Milliseconds to wait for a runtime that writes to the same file. */
const PATIENCE = 10_000;

type Row = Readonly<Record<string, unknown>>;

export type LocalDatabases = ReturnType<typeof localDatabases>;

/**
 * The local databases of a project as the files they are: to look at them needs no runtime.
 *
 * @param state where the runtime keeps them, when it is not the usual place
 */
export function localDatabases(directory: string, state = ".wrangler/state") {
  const folder = join(directory, state, "v3/d1/miniflare-D1DatabaseObject");

  /** The one that has the table. */
  const opened = (table: string): DatabaseSync => {
    const files = readdirSync(folder).filter((file) => /^[0-9a-f]{64}\.sqlite$/.test(file));
    for (const file of files) {
      const database = new DatabaseSync(join(folder, file), { timeout: PATIENCE });
      const found = database.prepare("select 1 from sqlite_master where name = ?").get(table);
      if (found !== undefined) return database;
      database.close();
    }
    throw new Error(`no database has ${table}`);
  };

  const within = <T>(table: string, work: (database: DatabaseSync) => T): T => {
    const database = opened(table);
    try {
      return work(database);
    } finally {
      database.close();
    }
  };

  const rows = (table: string, query: string): Row[] =>
    within(table, (database) => database.prepare(query).all()).map((row) => ({ ...row }));

  return {
    /** Whoever asks for it closes it. */
    opened,
    rows,
    change: (table: string, statements: string): void =>
      within(table, (database) => database.exec(statements)),
    count: (table: string, condition = "true"): number =>
      Number(rows(table, `select count(*) as n from ${table} where ${condition}`)[0]?.["n"]),
  };
}
