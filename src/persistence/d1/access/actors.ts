import { sql } from "drizzle-orm";
import type { Actors } from "../../../use-cases/access/ports.ts";
import { stillActs } from "../conditions.ts";
import { atomically, type Database } from "../database.ts";

export function d1Actors(db: Database): Actors {
  return {
    async stillAct(actor) {
      const [result] = await atomically(db, [sql`select 1 where ${stillActs(actor)}`]);
      return result?.results.length === 1;
    },
  };
}
