import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** Which database: the local one, or that of an environment at Cloudflare. */
export type Target = {
  readonly environment: string | undefined;
  readonly remote: boolean;
  /** Where the local runtime keeps its state, when it is not the usual place. */
  readonly directory: string | undefined;
};

/**
 * Runs statements through `wrangler d1 execute`, from a file that only this user can read: what
 * stands on a command line can be seen by every process.
 *
 * @returns the rows of each statement
 */
export async function executeSql(
  target: Target,
  statements: readonly string[],
): Promise<unknown[][]> {
  const directory = mkdtempSync(join(tmpdir(), "auth-service-"));
  try {
    const file = join(directory, "statements.sql");
    writeFileSync(file, statements.map((statement) => `${statement};\n`).join(""), { mode: 0o600 });
    // A single read is passed as a command, because a file run remotely returns no rows.
    const source = statements.length === 1 ? ["--command", statements.join()] : ["--file", file];
    return run(["d1", "execute", "DB", "--json", "--yes", ...source, ...targetArguments(target)]);
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

function run(args: readonly string[]): unknown[][] {
  const { status, stdout, stderr } = spawnSync("wrangler", args, {
    encoding: "utf8",
    env: { ...process.env, CI: "1", WRANGLER_SEND_METRICS: "false" },
  });
  if (stdout.includes("no such table")) {
    throw new Error("The database has no tables yet: apply the migrations (`npm run dev` does).");
  }
  if (status !== 0) throw new Error(`wrangler d1 execute failed:\n${stdout}${stderr}`);
  const parsed: unknown = JSON.parse(stdout.slice(stdout.indexOf("[")));
  if (!Array.isArray(parsed)) return [];
  return parsed.map((result: { results?: unknown[] }) => result.results ?? []);
}
