import { spawn } from "node:child_process";
import { isLocked, TRIES_ON_A_LOCK } from "../../scripts/wrangler-d1.ts";
import { toolEnv } from "./dev-server.ts";
import { httpClient } from "./http-client.ts";

export type ScriptRun = { readonly code: number | null; readonly output: string };

/**
 * `npm run <script> -- <args>` in a project.
 *
 * @param input what is piped to it, once `meanwhile` is done
 * @returns its exit code, and both streams together
 */
export function runScript(
  directory: string,
  script: string,
  args: readonly string[],
  {
    input = "",
    env = {},
    meanwhile = async () => undefined,
  }: {
    input?: string | Uint8Array;
    env?: Record<string, string>;
    meanwhile?: () => Promise<unknown>;
  } = {},
): Promise<ScriptRun> {
  return run(directory, ["run", "-s", script, "--", ...args], input, env, meanwhile);
}

/**
 * An administrator as operators make the first one, signed in.
 *
 * @param base where the service answers
 * @returns the access token
 */
export async function newOperator(
  directory: string,
  base: string,
  password: string,
  email = "ops@example.com",
): Promise<string> {
  const made = await runScript(directory, "admin:create", ["--email", email], { input: password });
  if (made.code !== 0) throw new Error(made.output);
  const { body } = await httpClient(base).signIn(email, password);
  return body.access_token;
}

/** One statement on the local database, as an operator would give it, again while that is locked. */
export async function executeSql(directory: string, statement: string): Promise<ScriptRun> {
  const command = ["d1", "execute", "DB", "--local", "--command", statement];
  const execute = () => run(directory, ["exec", "--no", "wrangler", "--", ...command], "", {});
  let last = await execute();
  for (let tries = 1; isLocked(last.output) && tries < TRIES_ON_A_LOCK; tries++) {
    last = await execute();
  }
  return last;
}

/** The tables of the local database, of the development environment unless told. */
export function applyMigrations(
  directory: string,
  env: readonly string[] = [],
  database: "DB" | "AUDIT_DB" = "DB",
): Promise<ScriptRun> {
  const command = ["d1", "migrations", "apply", database, "--local", ...env];
  return run(directory, ["exec", "--no", "wrangler", "--", ...command], "", {});
}

function run(
  directory: string,
  args: readonly string[],
  input: string | Uint8Array,
  env: Record<string, string>,
  meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<ScriptRun> {
  const child = spawn("npm", [...args], {
    cwd: directory,
    env: { ...toolEnv(directory), ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  child.stdin.on("error", () => undefined); // a script that reads no input closes it
  const ended = new Promise<ScriptRun>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
  return meanwhile()
    .finally(() => child.stdin.end(input))
    .then(() => ended);
}
