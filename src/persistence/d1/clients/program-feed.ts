import { type SQL, sql } from "drizzle-orm";
import * as z from "zod";
import { parseServiceAccountId } from "../../../domain/ids.ts";
import type { Concerned, ProgramFeed } from "../../../use-cases/clients/ports.ts";
import { textsOf } from "../conditions.ts";
import { atomically, type Database } from "../database.ts";
import { rowReader } from "../rows.ts";

/**
 * The table that triggers write (migrations/0006_program_feed.sql): an entry names an account,
 * perhaps with the role that it lost, or a role whose grants changed and so all who hold it. No
 * number is ever given twice.
 */
export function d1ProgramFeed(db: Database): ProgramFeed {
  return {
    async noted(whom) {
      const [result] = await atomically(db, [
        sql`select account, max(seq) as up_to from (${ENTRIES}) entries
          where ${concerns(whom)} group by account order by max(seq)`,
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
        // With the role, which may have been why: who lost it since is still concerned by it.
        sql`insert into service_account_feed (service_account_id, role)
          select account, role from json_each(${JSON.stringify(untold)}) left_over
          join (${ENTRIES}) entries on account = left_over.value
          where seq <= ${upTo} group by account, role order by left_over.key`,
        sql`delete from service_account_feed where seq <= ${upTo} and ${isDone(whom, ids)}`,
      ]);
    },
  };
}

/** Whom each entry names: an account, or all who hold a role. */
const ENTRIES = sql`
  select seq, service_account_id as account, role from service_account_feed
    where service_account_id is not null or role is null
  union all
  select seq, held.service_account_id, feed.role from service_account_feed feed
    left join service_account_roles held on held.role = feed.role
    where feed.service_account_id is null and feed.role is not null`;

function concerns(whom: Concerned): SQL {
  switch (whom.kind) {
    case "account":
      return sql`account = ${whom.id}`;
    case "role":
      return sql`(role = ${whom.name} or account in (
        select service_account_id from service_account_roles where role = ${whom.name}))`;
    case "everybody":
      return sql`true`;
  }
}

/** What one account was told of a role, the others who hold it were not. */
function isDone(whom: Concerned, told: readonly string[]): SQL {
  switch (whom.kind) {
    case "account":
      return sql`service_account_id = ${whom.id}`;
    case "role":
      return sql`(service_account_id in ${textsOf(told)}
        or (service_account_id is null and role = ${whom.name}))`;
    case "everybody":
      return sql`true`;
  }
}

const noted = rowReader(
  "program_feed_unreadable",
  z.object({ account: z.string().nullable(), up_to: z.int() }),
);
