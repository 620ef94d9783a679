import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { SERVER_CORE } from "../machine.ts";
import type { Bundles, Launch, Running, Server } from "./server.ts";

export type Started = Running & { stop(): Promise<void> };

const WORKERD = join(import.meta.dirname, "workerd.ts");
const START_TIMEOUT = 60_000;

/** None outlives this process, however it ends. */
const started = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of started) signalGroup(child, "SIGKILL");
});

/**
 * Starts a server pinned to its core, with empty storage.
 *
 * @param root where its directory is made, which is gone when it was stopped
 * @throws Error with what it printed, when it does not come up
 */
export async function start(server: Server, root: string, bundles: Bundles): Promise<Started> {
  const directory = mkdtempSync(join(root, `${server.name.replaceAll(/\W+/g, "-")}-`));
  const [script, ...args] = commandOf(await server.launch(directory, bundles), directory);
  const child = spawn("taskset", ["-c", String(SERVER_CORE), process.execPath, script, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // a group of its own, so that all of it can be stopped
    env: environment(),
  });
  const stop = async (): Promise<void> => {
    const exited =
      child.exitCode === null && child.signalCode === null ? once(child, "exit") : null;
    signalGroup(child, "SIGTERM");
    const killer = setTimeout(() => signalGroup(child, "SIGKILL"), 5_000);
    await exited;
    clearTimeout(killer);
    signalGroup(child, "SIGKILL");
    started.delete(child);
    await removed(directory);
  };
  started.add(child);
  try {
    const addresses = await addressesOf(child);
    if (child.pid === undefined) throw new Error("no process");
    return { pid: child.pid, ...addresses, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** No more of the caller's than programs need to be found: what is set there changes figures. */
const environment = (): NodeJS.ProcessEnv => ({
  PATH: process.env["PATH"],
  HOME: process.env["HOME"],
  NODE_ENV: "production",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
});

/** What was killed a moment ago may still write. What then stays goes with the root, at the end. */
const removed = (directory: string): Promise<void> =>
  rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }).catch(() => {});

function commandOf(launch: Launch, directory: string): [string, ...string[]] {
  if ("script" in launch) return [launch.script, ...(launch.args ?? [])];
  const file = join(directory, "specification.json");
  writeFileSync(file, JSON.stringify({ persist: directory, ...launch }));
  return [WORKERD, file];
}

/** The first line that a server prints once it answers. */
async function addressesOf(child: ChildProcess): Promise<Pick<Running, "origins" | "inspector">> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("no output");
  let output = "";
  stderr.on("data", (chunk) => {
    output = (output + chunk).slice(-4_000);
  });
  const timer = setTimeout(() => signalGroup(child, "SIGKILL"), START_TIMEOUT);
  try {
    for await (const line of createInterface(stdout)) {
      if (line.startsWith('{"origins":')) {
        stdout.resume();
        return JSON.parse(line);
      }
      output += `${line}\n`;
    }
  } finally {
    clearTimeout(timer);
  }
  throw new Error(`the server did not start:\n${output}`);
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // it is gone
  }
}
