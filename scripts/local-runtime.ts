import { spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";

/** Variables that a script reads and that no tool it starts needs to see. */
const SECRET_VARIABLES = ["ADMIN_PASSWORD", "ACCESS_TOKEN", "AUTH_SECRETS"] as const;

export type SecretVariable = (typeof SECRET_VARIABLES)[number];

const isSecret = (name: string): boolean => SECRET_VARIABLES.some((secret) => secret === name);

/** Where Node keeps what it compiled of a tool: wrangler starts in two thirds of the time. */
const COMPILE_CACHE = join(import.meta.dirname, "../node_modules/.cache/node-compile-cache");

/** The environment of a tool: without secrets, telemetry and prompts. */
export const toolEnv = (): NodeJS.ProcessEnv => ({
  NODE_COMPILE_CACHE: COMPILE_CACHE,
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !isSecret(name))),
  CI: "1",
  WRANGLER_SEND_METRICS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
});

/** Milliseconds between two checks that the starter is alive. */
const STARTER_CHECK_INTERVAL = 500;

/**
 * Passes signals on, and stops when whoever started this is gone: a `kill` of npm reaches at best
 * the shell between, and the port would stay taken by a service that nobody stops.
 *
 * @param script the npm script that this is, when npm runs it
 */
export function stopWithStarter(script: string, stop: (signal: NodeJS.Signals) => void): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop(signal));
  const parent = process.ppid;
  const starter = process.env["npm_lifecycle_event"] === script ? parentOf(parent) : null;
  setInterval(() => {
    if (process.ppid !== parent || !isAlive(starter)) stop("SIGTERM");
  }, STARTER_CHECK_INTERVAL).unref();
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
