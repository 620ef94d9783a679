import { type SQL, sql } from "drizzle-orm";
import * as z from "zod";
import { parseServiceAccountId } from "../../../domain/ids.ts";
import type { Concerned, ProgramFeed } from "../../../use-cases/clients/ports.ts";
import { textsOf } from "../conditions.ts";
import { atomically, type Database } from "../database.ts";
import { rowReader } from "../rows.ts";

/**
 * The table that triggers write (migrations/0006_program_feed.sql): an entry names an account, or
 * a role whose grants changed and so all who hold it. No number is ever given twice.
 */
export function d1ProgramFeed(db: Database): ProgramFeed {
  return {
    async noted(whom) {
      const [result] = await atomically(db, [
        sql`select coalesce(entries.service_account_id, held.service_account_id) as account,
            max(seq) as up_to
          from service_account_feed entries
          left join service_account_roles held on held.role = entries.role
          where ${concerns(whom)} group by 1 order by min(seq)`,
      ]);
      const found = noted.read(result?.results);
      if (found.length === 0) return null;
      // A note that is no id is nobody's, and is forgotten with the others.
      const ids = found.map(({ account }) => parseServiceAccountId(account));
      return {
        upTo: Math.max(...found.map(({ up_to }) => up_to)),
        ids: ids.flatMap((id) => (id.ok ? [id.value] : [])),
      };
    },

    async forget(whom, { upTo, ids }, untold) {
      await atomically(db, [
        sql`insert into service_account_feed (service_account_id)
          select value from json_each(${JSON.stringify(untold)})`,
        sql`delete from service_account_feed where seq <= ${upTo} and ${isDone(whom, ids)}`,
      ]);
    },
  };
}

/** Entries in a left join with the holders of their roles. */
function concerns(whom: Concerned): SQL {
  switch (whom.kind) {
    case "account":
      return sql`(entries.service_account_id = ${whom.id} or held.service_account_id = ${whom.id})`;
    case "role":
      return sql`(entries.role = ${whom.name} or entries.service_account_id in (
        select service_account_id from service_account_roles where role = ${whom.name}))`;
    case "everybody":
      return sql`true`;
  }
}

/** Whoever else holds a role was not told because of one account. */
function isDone(whom: Concerned, told: readonly string[]): SQL {
  switch (whom.kind) {
    case "account":
      return sql`service_account_id = ${whom.id}`;
    case "role":
      return sql`(role = ${whom.name} or service_account_id in ${textsOf(told)})`;
    case "everybody":
      return sql`true`;
  }
}

const noted = rowReader(
  "program_feed_unreadable",
  z.object({ account: z.string().nullable(), up_to: z.int() }),
);
