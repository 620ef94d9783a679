import * as z from "zod";
import { type Database, quote } from "./database.ts";

/** Messages moved, or shown, in one go. */
const BATCH = 1_000;

/**
 * Messages that no try could deliver, as a condition. What dies while a script runs is left for the
 * next time.
 *
 * @param id undefined for all
 * @param startedAt Unix milliseconds
 */
const chosen = (id: string | undefined, startedAt: number): string =>
  `died_at <= ${startedAt}${id === undefined ? "" : ` and id = ${quote(id)}`}`;

const letters = z.array(
  z.object({
    id: z.string(),
    type: z.string().nullable(),
    died_at: z.int(),
    reason: z.string(),
  }),
);

/** A type stands in the message, which may hold anything: only what looks like one is shown. */
const shown = (type: string | null): string => (/^[\w.]{1,64}$/.test(type ?? "") ? `${type}` : "?");

/** @returns a line of each, the oldest first, and how many there are */
export function listLetters(
  database: Database,
  id: string | undefined,
  startedAt: number,
): string[] {
  const which = chosen(id, startedAt);
  const query = `select id, died_at, reason, cast(coalesce(
      message ->> '$.event.type', message ->> '$.kind', message ->> '$.mail.kind') as text) as type
    from dead_letters where ${which} order by died_at, id limit ${BATCH}`;
  const found = letters.parse(database.readRows(query));
  const left = count(database, which);
  const more = left > found.length ? ` of ${left}` : "";
  return [
    ...found.map(({ id, type, died_at, reason }) =>
      [id, shown(type), new Date(died_at).toISOString(), reason].join("  "),
    ),
    `${found.length}${more} dead letters.`,
  ];
}

/** Moves them to the outbox. @returns what was done, for the operator */
export function replayLetters(
  database: Database,
  id: string | undefined,
  startedAt: number,
): string {
  const which = chosen(id, startedAt);
  const total = count(database, which);
  for (let left = total; left > 0; left = count(database, which)) {
    database.executeSql(moveSql(which, startedAt));
  }
  const what = total === 1 ? "1 message is" : `${total} messages are`;
  return total === 0 ? "There is no dead letter." : `${what} sent again within a minute.`;
}

function count(database: Database, which: string): number {
  const [row] = database.readRows(`select count(*) as letters from dead_letters where ${which}`);
  return z.object({ letters: z.int() }).parse(row).letters;
}

/** One transaction: a letter is in the one place or in the other. */
const moveSql = (which: string, now: number): string[] => [
  `insert into outbox (id, message, due_at)
    select id, message, ${now} from dead_letters where ${which}
    order by died_at, id limit ${BATCH}
    on conflict (id) do update set due_at = excluded.due_at`,
  `delete from dead_letters where ${which} and id in (select id from outbox)`,
];
