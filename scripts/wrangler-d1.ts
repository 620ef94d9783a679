import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import type { Database } from "./database.ts";
import { arrayIn, runWrangler } from "./wrangler.ts";

/** By their bindings: the accounts, and the audit trail. */
type DatabaseName = "DB" | "AUDIT_DB";

/** Whose databases: the local ones, or those of an environment at Cloudflare. */
export type Target = {
  readonly environment: string | undefined;
  readonly remote: boolean;
  /** Where the local runtime keeps its state, when it is not the usual place. */
  readonly directory: string | undefined;
};

/** Options of every script that asks a database, for `parseArgs`. */
export const TARGET_OPTIONS = {
  env: { type: "string" },
  remote: { type: "boolean", default: false },
  "persist-to": { type: "string" },
} as const;

export const targetOf = (values: {
  readonly env?: string | undefined;
  readonly remote: boolean;
  readonly "persist-to"?: string | undefined;
}): Target => ({
  environment: values.env,
  remote: values.remote,
  directory: values["persist-to"],
});

/**
 * A database through `wrangler d1 execute`. A query stands on the command line, where every process
 * can see it, because a file that is run remotely returns no rows; what is written comes from a
 * file that only this user can read.
 */
export const wranglerDatabase = (target: Target, name: DatabaseName = "DB"): Database => ({
  readRows: (query) => run(target, name, ["--command", query])[0] ?? [],
  executeSql(statements) {
    const directory = mkdtempSync(join(tmpdir(), "auth-service-"));
    try {
      const file = join(directory, "statements.sql");
      const text = statements.map((statement) => `${statement};\n`).join("");
      writeFileSync(file, text, { mode: 0o600 });
      run(target, name, ["--file", file]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
});

function targetArguments({ environment, remote, directory }: Target): string[] {
  return [
    remote ? "--remote" : "--local",
    ...(environment === undefined ? [] : ["--env", environment]),
    ...(directory === undefined ? [] : ["--persist-to", directory]),
  ];
}

/**
 * A local database has one writer at a time, SQLite's way: the runtime that `npm run dev` started
 * and the one that wrangler starts here do not wait for each other, and reading through D1 writes
 * as well. Each try starts a runtime, which takes longer than any lock of a service that works.
 */
export const TRIES_ON_A_LOCK = 5;

/** Nothing was done then: D1 runs its statements, and what it notes of them, as one transaction. */
export const isLocked = (output: string): boolean => /SQLITE_BUSY|database is locked/.test(output);

/** @returns the rows of each statement */
function run(target: Target, database: DatabaseName, source: readonly string[]): unknown[][] {
  const args = [
    "d1",
    "execute",
    database,
    "--json",
    "--yes",
    ...source,
    ...targetArguments(target),
  ];
  const mayRepeat = (output: string): boolean => !target.remote && isLocked(output);
  let { status, stdout, stderr } = runWrangler(args);
  for (let tries = 1; mayRepeat(stdout + stderr) && tries < TRIES_ON_A_LOCK; tries++) {
    ({ status, stdout, stderr } = runWrangler(args));
  }
  if (status === 0) return rowsIn(stdout);
  if (stdout.includes("no such table")) {
    const apply = `wrangler d1 migrations apply ${database} ${targetArguments(target).join(" ")}`;
    const how = target.remote ? apply : "npm run dev";
    throw new Error(`The database has no tables yet: apply the migrations (\`${how}\` does).`);
  }
  const cause = isLocked(stdout + stderr)
    ? "another process keeps the database locked"
    : "it failed";
  throw new Error(`wrangler d1 execute: ${cause}.\n${stdout}${stderr}`);
}

function rowsIn(stdout: string): unknown[][] {
  const answers = arrayIn(stdout);
  if (answers === null) throw new Error(`wrangler d1 execute answered no rows:\n${stdout}`);
  return z
    .array(answer)
    .parse(answers)
    .map(({ results }) => results);
}

const answer = z.object({ results: z.array(z.unknown()).default([]) });
