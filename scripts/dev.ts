/**
 * `npm run dev`: fresh secrets when there are none, migrations on the local databases, then the
 * service on port 8787, its crons as they would run when deployed, what it mails as it is written to
 * files, and a short line a request. Further arguments go to `wrangler dev`.
 */

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { runCrons } from "./local-crons.ts";
import { announceMail } from "./local-mail.ts";
import { migrateLocal } from "./local-migrations.ts";
import { firstSteps, LocalOutput } from "./local-output.ts";
import { stopWithStarter, toolEnv } from "./local-runtime.ts";
import { timingVar } from "./local-vars.ts";
import { newRootSecret } from "./root-secret.ts";

const SECRETS_FILE = ".dev.vars";

function makeSecrets(): void {
  if (existsSync(SECRETS_FILE)) return;
  // "wx": of two first starts at once, the second must not replace what the first signs with.
  writeFileSync(SECRETS_FILE, `AUTH_SECRETS="${newRootSecret()}"\n`, { mode: 0o600, flag: "wx" });
  console.log(`Made ${SECRETS_FILE} with a fresh secret.`);
}

function serve(args: readonly string[]): void {
  // A pipe has no colours unless they are asked for.
  const colours = process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};
  const server = spawn("wrangler", ["dev", ...timingVar(args), ...args], {
    env: { ...colours, ...toolEnv() },
    stdio: ["inherit", "pipe", "pipe"],
  });
  stopWithStarter("dev", (signal) => server.kill(signal));
  show(server);
  runCrons(args);
  announceMail(process.cwd());
  server.on("exit", (code, signal) => {
    const end = () => process.exit(signal === null ? (code ?? 1) : 0);
    // What it said last may still be in the pipe, which whatever it left running may keep open.
    server.on("close", end);
    setTimeout(end, LAST_WORDS);
  });
}

/** Milliseconds for what is left in the pipes of a server that has ended. */
const LAST_WORDS = 500;

function show(server: ChildProcessByStdio<null, Readable, Readable>): void {
  const output = new LocalOutput(firstSteps, () => new Date());
  const streams = [
    [server.stdout, process.stdout],
    [server.stderr, process.stderr],
  ] as const;
  for (const [from, to] of streams) {
    createInterface({ input: from }).on("line", (line) => {
      const shown = output.shown(line);
      if (shown !== null) to.write(`${shown}\n`);
    });
    // Whoever read it has gone, as `head` does: nobody would stop the server.
    to.on("error", () => server.kill());
  }
}

const args = process.argv.slice(2);
makeSecrets();
migrateLocal(args);
serve(args);
