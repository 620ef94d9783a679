/**
 * `npm run dev`: fresh secrets when there are none, migrations on the local databases, then the
 * service on port 8787, its crons as they would run when deployed, and what it mails as it is
 * written to files. Further arguments go to `wrangler dev`.
 */

import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import process from "node:process";
import { runCrons } from "./local-crons.ts";
import { announceMail } from "./local-mail.ts";
import { migrateLocal } from "./local-migrations.ts";
import { stopWithStarter, toolEnv } from "./local-runtime.ts";
import { newRootSecret } from "./root-secret.ts";

const SECRETS_FILE = ".dev.vars";

function makeSecrets(): void {
  if (existsSync(SECRETS_FILE)) return;
  // "wx": of two first starts at once, the second must not replace what the first signs with.
  writeFileSync(SECRETS_FILE, `AUTH_SECRETS="${newRootSecret()}"\n`, { mode: 0o600, flag: "wx" });
  console.log(`Made ${SECRETS_FILE} with a fresh secret.`);
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
migrateLocal(args);
serve(args);
