/**
 * `npm run events:replay [-- --list] [--env production] [--remote]`
 *
 * Has the messages sent again that no try could deliver (`dead_letters`): they go to the outbox,
 * which a cron sends within a minute. What is stored already is not stored twice. With `--list` it
 * shows them and changes nothing.
 */
import process from "node:process";
import * as z from "zod";
import { argumentsOf } from "./terminal.ts";
import { executeSql, quote, readRows, TARGET_OPTIONS, targetOf } from "./wrangler-d1.ts";

/** Messages moved in one go. */
const BATCH = 1_000;

const { values } = argumentsOf({
  options: { ...TARGET_OPTIONS, list: { type: "boolean", default: false }, id: { type: "string" } },
});
const target = targetOf(values);
/** What dies while this runs is left for the next time. */
const startedAt = Date.now();
const chosen = `died_at <= ${startedAt}${values.id === undefined ? "" : ` and id = ${quote(values.id)}`}`;

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

function list(): void {
  const found = letters.parse(
    readRows(
      target,
      `select id, died_at, reason, cast(coalesce(
          message ->> '$.event.type', message ->> '$.kind', message ->> '$.mail.kind') as text) as type
        from dead_letters where ${chosen} order by died_at, id limit ${BATCH}`,
    ),
  );
  for (const { id, type, died_at, reason } of found) {
    console.log([id, shown(type), new Date(died_at).toISOString(), reason].join("  "));
  }
  const left = count();
  const more = left > found.length ? ` of ${left}` : "";
  console.log(`${found.length}${more} dead letters.`);
}

function count(): number {
  const [row] = readRows(target, `select count(*) as letters from dead_letters where ${chosen}`);
  return z.object({ letters: z.int() }).parse(row).letters;
}

/** One transaction: a letter is in the one place or in the other. */
const MOVE = [
  `insert into outbox (id, message, due_at)
    select id, message, ${startedAt} from dead_letters where ${chosen}
    order by died_at, id limit ${BATCH}
    on conflict (id) do update set due_at = excluded.due_at`,
  `delete from dead_letters where ${chosen} and id in (select id from outbox)`,
];

function replay(): void {
  const total = count();
  for (let left = total; left > 0; left = count()) executeSql(target, MOVE);
  const what = total === 1 ? "1 message is" : `${total} messages are`;
  console.log(total === 0 ? "There is no dead letter." : `${what} sent again within a minute.`);
}

try {
  if (values.list) list();
  else replay();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
