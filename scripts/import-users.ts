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
import process from "node:process";
import { readArguments } from "./import/arguments.ts";
import { importFile } from "./import/import-file.ts";
import { wranglerDatabase } from "./wrangler-d1.ts";

const { target, ...what } = readArguments(Date.now());
const { stdout, stderr } = process;
const database = wranglerDatabase(target);

let isInterrupted = false;
// wrangler is interrupted as well; the file with its statements is removed before this ends.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    isInterrupted = true;
  });
}
process.exitCode = await importFile(
  { database, stdout, stderr, isInterrupted: () => isInterrupted },
  what,
);
