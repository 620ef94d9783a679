import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { makeAdmin } from "../../scripts/make-admin.ts";
import { passwordHasher, SCRYPT_ENGINES } from "../../src/core/security/passwords.ts";
import { ok } from "../../src/domain/result.ts";
import { toolEnv } from "./dev-server.ts";
import { httpClient } from "./http-client.ts";
import { type LocalDatabases, localDatabases } from "./local-database.ts";
import { scriptDatabase } from "./migrated-sqlite.ts";
import { emailOf } from "./samples.ts";

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

const hasher = passwordHasher(
  SCRYPT_ENGINES.native,
  (length) => new Uint8Array(randomBytes(length)),
);

const OPERATOR = "ops@example.com";
const OPERATOR_PASSWORD = "four tall lanterns near the harbour";

/** What admin:create does, on a local database and in this process: it starts no wrangler. */
export async function makeLocalAdmin(
  databases: LocalDatabases,
  email: string,
  password: string,
): Promise<void> {
  const sqlite = databases.opened("users");
  try {
    const made = await makeAdmin(
      {
        database: scriptDatabase(sqlite),
        policy: { weakness: async () => null },
        readPassword: async () => ok(password),
        hash: hasher.hash,
        now: Date.now,
      },
      emailOf(email),
    );
    if (!made.ok) throw new Error(made.error);
  } finally {
    sqlite.close();
  }
}

export const createOperator = (directory: string): Promise<void> =>
  makeLocalAdmin(localDatabases(directory), OPERATOR, OPERATOR_PASSWORD);

/**
 * @param base where the service answers
 * @returns the operator's access token
 */
export async function signInOperator(base: string): Promise<string> {
  const { body } = await httpClient(base).signIn(OPERATOR, OPERATOR_PASSWORD);
  return body.access_token;
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
