import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { toolEnv, until } from "../support/dev-server.ts";
import type { Specification, Start, Started } from "./host.ts";

/** What a SIGKILL is for: the runtime alone, or its host as well, at the same moment. */
export type Victim = "workerd" | "everything";

export type Runtime = {
  /** Where it answers now: each start has a port of its own. */
  origin(): string;
  /** On what is on disk. @param seed for the first time: statements after the migrations */
  start(seed?: readonly string[]): Promise<void>;
  /** Returns once the victim is gone. */
  kill(victim: Victim): Promise<void>;
  /** The process of the runtime itself. */
  pid(): number;
  stop(): Promise<void>;
};

/** @property ended settles once none of its group is left */
type Host = { readonly child: ChildProcess; readonly ended: Promise<null> };

const HOST = join(import.meta.dirname, "host.ts");
const GONE_WITHIN = 10_000;

/** @param directory also for its log, `runtime.log` */
export function runtimeIn(directory: string, specification: Specification): Runtime {
  const file = join(directory, "specification.json");
  writeFileSync(file, JSON.stringify(specification));
  const log = openSync(join(directory, "runtime.log"), "a");
  let host: Host | null = null;
  let origin = "";

  const launch = (): Host => {
    const child = fork(HOST, [file], {
      detached: true,
      env: toolEnv(directory),
      stdio: ["ignore", log, log, "ipc"],
    });
    const atExit = () => killGroup(child);
    process.once("exit", atExit);
    const ended = once(child, "exit").then(() => {
      process.removeListener("exit", atExit);
      killGroup(child);
      return null;
    });
    return { child, ended };
  };
  const pid = () => runtimeOf(host?.child);

  return {
    origin: () => origin,
    pid,
    async start(seed) {
      host ??= launch();
      const given: Start = { seed: seed ?? null };
      const answer = new Promise<Started>((resolve) => host?.child.once("message", resolve));
      host.child.send(given);
      const started = await Promise.race([answer, host.ended]);
      if (started === null) throw new Error(`the runtime did not start: ${directory}/runtime.log`);
      origin = started.origin;
    },
    async kill(victim) {
      const victims = [pid()];
      if (victim === "workerd") process.kill(pid(), "SIGKILL");
      else if (host !== null) {
        killGroup(host.child);
        await host.ended;
        host = null;
      }
      await until(async () => victims.every((id) => !isAlive(id)), GONE_WITHIN);
    },
    async stop() {
      if (host === null) return;
      host.child.disconnect();
      await host.ended;
      host = null;
    },
  };
}

/** The host's only child of that name. */
function runtimeOf(host: ChildProcess | undefined): number {
  const { stdout } = spawnSync("pgrep", ["-P", String(host?.pid), "workerd"], { encoding: "utf8" });
  const pid = Number(stdout.trim());
  if (!Number.isInteger(pid) || pid === 0) throw new Error(`no runtime: ${stdout}`);
  return pid;
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // No such group: all of it is gone.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
