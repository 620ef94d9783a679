/**
 * `npm run dev`: fresh secrets when there are none, migrations on the local databases, then the
 * service on port 8787, its crons as they would run when deployed, and what it mails as it is
 * written to files. Further arguments go to `wrangler dev`.
 */

import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { runCrons } from "./local-crons.ts";
import { announceMail } from "./local-mail.ts";
import { stopWithStarter, toolEnv } from "./local-runtime.ts";

const SECRETS_FILE = ".dev.vars";

function makeSecrets(): void {
  if (existsSync(SECRETS_FILE)) return;
  const secret = randomBytes(32).toString("base64url");
  // "wx": of two first starts at once, the second must not replace what the first signs with.
  writeFileSync(SECRETS_FILE, `AUTH_SECRETS="v1:${secret}"\n`, { mode: 0o600, flag: "wx" });
  console.log(`Made ${SECRETS_FILE} with a fresh secret.`);
}

/** Options of `wrangler dev` that choose the database, in every spelling that wrangler reads. */
const DATABASE_OPTIONS = {
  "persist-to": { type: "string" },
  persistTo: { type: "string" },
  env: { type: "string", short: "e" },
  config: { type: "string", short: "c" },
} as const;

/** The migrations must go where the service will look. */
function databaseArguments(args: readonly string[]): string[] {
  // Not strict: the other options are wrangler's to judge.
  const { values } = parseArgs({ args: [...args], options: DATABASE_OPTIONS, strict: false });
  return Object.keys(DATABASE_OPTIONS).flatMap((name) => {
    const value = values[name];
    return typeof value === "string" ? [`--${name}=${value}`] : [];
  });
}

/** One database after the other: they share a file, and two runtimes would lock each other out. */
function migrate(database: "DB" | "AUDIT_DB", args: readonly string[]): void {
  const command = ["d1", "migrations", "apply", database, "--local", ...databaseArguments(args)];
  const { status } = spawnSync("wrangler", command, {
    env: toolEnv(),
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) process.exit(status ?? 1);
}

function serve(args: readonly string[]): void {
  const server = spawn("wrangler", ["dev", ...args], { env: toolEnv(), stdio: "inherit" });
  stopWithStarter("dev", (signal) => server.kill(signal));
  runCrons(args);
  announceMail(process.cwd());
  server.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 0));
}

const args = process.argv.slice(2);
makeSecrets();
migrate("DB", args);
migrate("AUDIT_DB", args);
serve(args);
