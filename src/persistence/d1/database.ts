import type { SQLWrapper } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";
import { timed } from "../../core/telemetry/current-request.ts";
import { outageOf } from "../outage.ts";
import * as schema from "./schema.ts";

/**
 * Reads and writes here go to the primary: a replica answers only inside a session of D1's
 * Sessions API, which nothing here opens.
 */
export const database = (binding: D1Database) => drizzle(binding, { schema });
export type Database = ReturnType<typeof database>;

const dialect = new SQLiteAsyncDialect();

/** Runs statements as one transaction; drizzle's own batch does not take raw SQL with values. */
export function atomically(
  db: Pick<Database, "$client">,
  statements: readonly SQLWrapper[],
): Promise<D1Result<unknown>[]> {
  return onD1(() =>
    db.$client.batch(
      statements.map((statement) => {
        const query = dialect.sqlToQuery(statement.getSQL());
        return db.$client.prepare(query.sql).bind(...query.params);
      }),
    ),
  );
}

/** Runs D1 work. What it throws is an outage, unless its name says that it is our own mistake. */
export async function onD1<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await timed("d1", work);
  } catch (cause) {
    throw outageOf("d1", cause);
  }
}
