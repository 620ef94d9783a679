/**
 * `npm run dev`: fresh secrets when there are none, migrations on the local D1, then the service
 * on port 8787. Further arguments go to `wrangler dev`.
 */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import process from "node:process";

const SECRETS_FILE = ".dev.vars";

/** Milliseconds between two looks at whether whoever started this is still there. */
const PARENT_CHECK_INTERVAL = 500;

/** Nothing here calls out, and nothing asks questions. */
const env = {
  ...process.env,
  CI: "1",
  WRANGLER_SEND_METRICS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};

function makeSecrets(): void {
  if (existsSync(SECRETS_FILE)) return;
  const secret = randomBytes(32).toString("base64url");
  // "wx": of two first starts at once, the second must not replace what the first signs with.
  writeFileSync(SECRETS_FILE, `AUTH_SECRETS="v1:${secret}"\n`, { mode: 0o600, flag: "wx" });
  console.log(`Made ${SECRETS_FILE} with a fresh secret.`);
}

/** The migrations must go where the service will look. */
function storageArguments(args: readonly string[]): string[] {
  const at = args.indexOf("--persist-to");
  const directory = args[at + 1];
  return at >= 0 && directory !== undefined ? ["--persist-to", directory] : [];
}

function migrate(args: readonly string[]): void {
  const command = ["d1", "migrations", "apply", "DB", "--local", ...storageArguments(args)];
  const { status } = spawnSync("wrangler", command, {
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) process.exit(status ?? 1);
}

function serve(args: readonly string[]): void {
  const server = spawn("wrangler", ["dev", ...args], { env, stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => server.kill(signal));
  }
  stopWithParent(server);
  server.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 0));
}

/**
 * A `kill` of npm reaches the shell between at best, not us: without this the port would stay
 * taken by a service that nobody started.
 */
function stopWithParent(server: ChildProcess): void {
  const parent = process.ppid;
  const starter = process.env["npm_lifecycle_event"] === "dev" ? parentOf(parent) : null;
  setInterval(() => {
    if (process.ppid !== parent || !isAlive(starter)) server.kill("SIGTERM");
  }, PARENT_CHECK_INTERVAL).unref();
}

/** Null where `ps` does not tell. */
function parentOf(pid: number): number | null {
  const { stdout } = spawnSync("ps", ["-o", "ppid=", "-p", String(pid)], { encoding: "utf8" });
  const parent = Number.parseInt(stdout ?? "", 10);
  return Number.isInteger(parent) && parent > 1 ? parent : null;
}

function isAlive(pid: number | null): boolean {
  if (pid === null) return true;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

const args = process.argv.slice(2);
makeSecrets();
migrate(args);
serve(args);
