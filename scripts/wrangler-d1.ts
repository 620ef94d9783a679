import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toolEnv } from "./local-runtime.ts";

/** Which database: the local one, or that of an environment at Cloudflare. */
export type Target = {
  readonly environment: string | undefined;
  readonly remote: boolean;
  /** Where the local runtime keeps its state, when it is not the usual place. */
  readonly directory: string | undefined;
};

/**
 * Runs a statement that reads. It stands on the command line, where every process can see it,
 * because a file that is run remotely returns no rows: nothing secret may be in it.
 *
 * @returns the rows
 */
export function readRows(target: Target, query: string): unknown[] {
  return run(target, ["--command", query])[0] ?? [];
}

/** Runs statements that write, from a file that only this user can read. */
export function executeSql(target: Target, statements: readonly string[]): void {
  const directory = mkdtempSync(join(tmpdir(), "auth-service-"));
  try {
    const file = join(directory, "statements.sql");
    writeFileSync(file, statements.map((statement) => `${statement};\n`).join(""), { mode: 0o600 });
    run(target, ["--file", file]);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function targetArguments({ environment, remote, directory }: Target): string[] {
  return [
    remote ? "--remote" : "--local",
    ...(environment === undefined ? [] : ["--env", environment]),
    ...(directory === undefined ? [] : ["--persist-to", directory]),
  ];
}

/** @returns the rows of each statement */
function run(target: Target, source: readonly string[]): unknown[][] {
  const args = ["d1", "execute", "DB", "--json", "--yes", ...source, ...targetArguments(target)];
  const { error, status, stdout, stderr } = spawnSync("wrangler", args, {
    encoding: "utf8",
    // Whatever the operator's shell says of its log, the output is JSON and nothing else.
    env: { ...toolEnv(), WRANGLER_LOG: "log" },
  });
  if (error !== undefined) {
    throw new Error("wrangler cannot be run: start this as an npm script, after `npm ci`.", {
      cause: error,
    });
  }
  if (stdout.includes("no such table")) {
    const apply = `wrangler d1 migrations apply DB ${targetArguments(target).join(" ")}`;
    const how = target.remote ? apply : "npm run dev";
    throw new Error(`The database has no tables yet: apply the migrations (\`${how}\` does).`);
  }
  if (status !== 0) throw new Error(`wrangler d1 execute failed:\n${stdout}${stderr}`);
  const parsed: unknown = JSON.parse(stdout.slice(stdout.indexOf("[")));
  if (!Array.isArray(parsed)) return [];
  return parsed.map((result: { results?: unknown[] }) => result.results ?? []);
}
