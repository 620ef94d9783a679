import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { WriteStream } from "node:tty";
import * as z from "zod";
import type { Database } from "../database.ts";
import type { ImportArguments } from "./arguments.ts";
import { type CheckedLine, checkedLines } from "./check-lines.ts";
import { countQuery, holdersQuery, importSql, type NewAccount, withId } from "./import-sql.ts";
import type { Line } from "./lines.ts";
import { progress } from "./progress.ts";
import { type Refusals, refusals } from "./refusals.ts";
import { readRoleCatalogue } from "./role-catalogue.ts";
import type { ImportedUser } from "./user-line.ts";

/** Accounts of a batch: D1 answers nobody else while it takes one. */
const BATCH = 2_500;

type Surroundings = {
  readonly database: Database;
  readonly stdout: Pick<WriteStream, "write">;
  readonly stderr: Pick<WriteStream, "write" | "isTTY">;
  /** Whether whoever started this wants it to end. */
  isInterrupted(): boolean;
};

type Pending = { readonly line: Line; readonly user: ImportedUser };

/**
 * Makes an account of each line of a file, batch by batch.
 *
 * @returns the exit code: 0 where every line is an account, 2 where some were refused, 1 where it
 *   did not come to the end, 130 where it was interrupted
 */
export async function importFile(
  { database, stdout, stderr, isInterrupted }: Surroundings,
  { file, fromLine, refusedFile, rules }: Omit<ImportArguments, "target">,
): Promise<number> {
  const size = statSync(file).size;
  const bar = progress(stderr);
  const tag = `import-${randomBytes(8).toString("hex")}`;
  const refused = refusals(refusedFile, stderr, bar);
  let sent = 0;
  const stopped = (number: number, why: string): number => {
    bar.clear();
    stderr.write(`${isInterrupted() ? "Interrupted." : why}
Every line before ${number} is done. Run the same again: what is there is left
alone. It goes on at once with --from-line ${number}.\n`);
    return isInterrupted() ? 130 : 1;
  };

  const lines = checkedLines(file, rules, readRoleCatalogue(database));
  for await (const batch of batchesOf(lines, fromLine, refused)) {
    await signalsHeard();
    if (isInterrupted()) return stopped(batch.first.number, "");
    try {
      const accounts = freeOfOthers(database, batch.pending, refused);
      if (accounts.length > 0) database.executeSql(importSql(accounts, tag, rules.now));
      sent += accounts.length;
    } catch (error) {
      await signalsHeard();
      return stopped(batch.first.number, error instanceof Error ? error.message : String(error));
    }
    bar.show(batch.last.end / size, `${batch.last.number} lines`);
  }
  bar.clear();
  const made = countMade(database, tag);
  stdout.write(
    `${made} accounts made, ${sent - made} already there, ${refused.count} lines refused.\n`,
  );
  if (refused.count > 0 && refusedFile !== undefined) {
    stdout.write(`The refused lines: ${refusedFile}\n`);
  }
  return refused.count > 0 ? 2 : 0;
}

type Batch = { readonly pending: readonly Pending[]; readonly first: Line; readonly last: Line };

async function* batchesOf(
  lines: AsyncIterable<CheckedLine>,
  fromLine: number,
  refused: Refusals,
): AsyncGenerator<Batch> {
  let pending: Pending[] = [];
  const taken = (): Batch[] => {
    const [first, last] = [pending.at(0)?.line, pending.at(-1)?.line];
    const batch = first === undefined || last === undefined ? [] : [{ pending, first, last }];
    pending = [];
    return batch;
  };
  for await (const checked of lines) {
    if (checked.line.number < fromLine) continue;
    if (checked.kind === "refused") refused.add(checked.line, checked.reasons);
    else pending.push(checked);
    if (pending.length === BATCH) yield* taken();
  }
  yield* taken();
}

const holders = z.array(z.object({ id: z.string(), email: z.string() }));

/** An id that the file gives may be another account's, which no address tells. */
function freeOfOthers(
  database: Database,
  pending: readonly Pending[],
  refused: Refusals,
): NewAccount[] {
  const ids = pending.flatMap(({ user }) => user.id ?? []);
  const rows = ids.length === 0 ? [] : holders.parse(database.readRows(holdersQuery(ids)));
  const taken = new Map(rows.map(({ id, email }) => [id, email]));
  return pending.flatMap(({ line, user }) => {
    const holder = user.id === null ? undefined : taken.get(user.id);
    if (holder === undefined || holder === user.email) return [withId(user)];
    refused.add(line, ["id: is another account's"]);
    return [];
  });
}

/** What came while a batch ran is heard in a whole turn of the event loop: from one end to the next. */
async function signalsHeard(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

function countMade(database: Database, tag: string): number {
  const [count] = z.array(z.object({ made: z.int() })).parse(database.readRows(countQuery(tag)));
  return count?.made ?? 0;
}
