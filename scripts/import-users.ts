/**
 * `npm run users:import -- users.ndjson [--env production] [--remote] [--refused refused.txt]`
 *
 * Makes an account of each line (docs/migrating.md), with its password hash from another product if
 * it has one, through `wrangler d1 execute`. Batches are transactions, and an address that is there
 * is left alone, so after a failure, a kill or a mistake in the file the same is run again. Lines
 * that are refused are listed by number and reason, without what they hold. Exit code 0: every line
 * is an account. 2: some were refused, all others are. 1: it did not come to the end. 130: it was
 * interrupted.
 */
import { randomBytes } from "node:crypto";
import { appendFileSync, statSync, writeFileSync } from "node:fs";
import process from "node:process";
import { setImmediate } from "node:timers/promises";
import * as z from "zod";
import { readArguments } from "./import/arguments.ts";
import { checkedLines } from "./import/check-lines.ts";
import {
  countQuery,
  holdersQuery,
  importSql,
  type NewAccount,
  withId,
} from "./import/import-sql.ts";
import type { Line } from "./import/lines.ts";
import { progress } from "./import/progress.ts";
import { readRoleCatalogue } from "./import/role-catalogue.ts";
import type { ImportedUser } from "./import/user-line.ts";
import { executeSql, readRows } from "./wrangler-d1.ts";

/** Accounts of a batch: D1 answers nobody else while it takes one. */
const BATCH = 2_500;

const { file, fromLine, target, refusedFile, rules } = readArguments(Date.now());
const size = statSync(file).size;
const bar = progress(process.stderr);
const tag = `import-${randomBytes(8).toString("hex")}`;
const holders = z.array(z.object({ id: z.string(), email: z.string() }));

type Pending = { readonly line: Line; readonly user: ImportedUser };

let sent = 0;
let refused = 0;
let isInterrupted = false;
// wrangler is interrupted as well; the file with its statements is removed before this ends.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    isInterrupted = true;
  });
}

function refuse({ number }: Line, reasons: readonly string[]): void {
  refused += 1;
  const text = reasons.map((reason) => `line ${number}: ${reason}\n`).join("");
  if (refusedFile === undefined) {
    bar.clear();
    process.stderr.write(text);
  } else {
    appendFileSync(refusedFile, text);
  }
}

/** An id that the file gives may be another account's, which no address tells. */
function freeOfOthers(pending: readonly Pending[]): NewAccount[] {
  const ids = pending.flatMap(({ user }) => user.id ?? []);
  const rows = ids.length === 0 ? [] : holders.parse(readRows(target, holdersQuery(ids)));
  const taken = new Map(rows.map(({ id, email }) => [id, email]));
  return pending.flatMap(({ line, user }) => {
    const holder = user.id === null ? undefined : taken.get(user.id);
    if (holder === undefined || holder === user.email) return [withId(user)];
    refuse(line, ["id: is another account's"]);
    return [];
  });
}

/** Ends the script when the batch did not go in. */
async function send(pending: readonly Pending[]): Promise<void> {
  const [first, last] = [pending.at(0), pending.at(-1)];
  if (first === undefined || last === undefined) return;
  await signalsHeard();
  if (isInterrupted) stopAt(first.line, "");
  try {
    const accounts = freeOfOthers(pending);
    if (accounts.length > 0) executeSql(target, importSql(accounts, tag, rules.now));
    sent += accounts.length;
  } catch (error) {
    await signalsHeard();
    stopAt(first.line, error instanceof Error ? error.message : String(error));
  }
  bar.show(last.line.end / size, `${last.line.number} lines`);
}

/** What came while wrangler or this ran is heard in a whole turn of the event loop, from one end to the next. */
async function signalsHeard(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

function stopAt({ number }: { readonly number: number }, why: string): never {
  bar.clear();
  console.error(isInterrupted ? "Interrupted." : why);
  console.error(`Every line before ${number} is done. Run the same again: what is there is left`);
  console.error(`alone. It goes on at once with --from-line ${number}.`);
  process.exit(isInterrupted ? 130 : 1);
}

if (refusedFile !== undefined) writeFileSync(refusedFile, "");
const catalogue = readRoleCatalogue(target);
let pending: Pending[] = [];
for await (const checked of checkedLines(file, rules, catalogue)) {
  if (checked.line.number < fromLine) continue;
  if (checked.kind === "refused") refuse(checked.line, checked.reasons);
  else pending.push(checked);
  if (pending.length < BATCH) continue;
  await send(pending);
  pending = [];
}
await send(pending);
bar.clear();
const [count] = z.array(z.object({ made: z.int() })).parse(readRows(target, countQuery(tag)));
const made = count?.made ?? 0;
console.log(`${made} accounts made, ${sent - made} already there, ${refused} lines refused.`);
if (refused > 0 && refusedFile !== undefined) console.log(`The refused lines: ${refusedFile}`);
process.exitCode = refused > 0 ? 2 : 0;
