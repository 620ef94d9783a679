import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Machine } from "./results.ts";

export function machine(): Machine {
  const [first, ...others] = cpus();
  // Of the runtime that Miniflare starts, which is its dependency and not ours.
  const { version } = createRequire(import.meta.resolve("miniflare"))("workerd");
  return {
    cpu: first?.model.trim() ?? "unknown",
    cores: others.length + 1,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: release(),
    node: process.versions.node,
    workerd: version,
  };
}

/** The short hash, with "+" behind it when files differ from the commit. */
export function commit(): string {
  const git = (...args: string[]): string =>
    spawnSync("git", args, { cwd: import.meta.dirname, encoding: "utf8" }).stdout?.trim() ?? "";
  const hash = git("rev-parse", "--short", "HEAD") || "unknown";
  return git("status", "--porcelain") === "" ? hash : `${hash}+`;
}

/** The core that servers run on; the load comes from the other. */
export const SERVER_CORE = 0;
const LOAD_CORE = 1;

/** Pins this process, all its threads, to the core that the servers leave alone. */
export function pinLoad(): void {
  const args = ["-a", "-c", "-p", `${LOAD_CORE}`, `${process.pid}`];
  const { status, stderr } = spawnSync("taskset", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`two cores and taskset (util-linux) are needed: ${stderr}`);
}

/** Ticks of `utime` and `stime` a second: 100 on every Linux of today (proc_pid_stat(5)). */
const TICKS = 100;

type Stat = { readonly pid: number; readonly parent: number; readonly ticks: number };

/**
 * User and system time of a process and all below it, in milliseconds; read from /proc, so the
 * server that is measured does nothing for it.
 */
export function cpuTime(root: number): number {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap(statOf);
  const tree = new Set([root]);
  for (let size = 0; size !== tree.size; ) {
    size = tree.size;
    for (const { pid, parent } of all) if (tree.has(parent)) tree.add(pid);
  }
  const ticks = all.reduce((sum, stat) => sum + (tree.has(stat.pid) ? stat.ticks : 0), 0);
  return (ticks * 1_000) / TICKS;
}

/** None for a process that ended while the list was read. */
function statOf(pid: string): Stat[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in brackets, may hold anything; the fields after it are plain.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    return [{ pid: Number(pid), parent: Number(fields[1]), ticks }];
  } catch {
    return [];
  }
}

const MEMORY = "/dev/shm";
/** `f_type` of tmpfs, whose files are in memory (statfs(2)). */
const TMPFS = 0x01021994;

export const isInMemory = (directory: string): boolean =>
  statfsSync(directory, { bigint: false }).type === TMPFS;

/** Where servers keep their files: in memory, so that no disk is measured. */
export function memoryDirectory(): string {
  try {
    statfsSync(MEMORY);
    return MEMORY;
  } catch {
    console.error(`no ${MEMORY}: files are in ${tmpdir()}, and its disk is in all figures`);
    return tmpdir();
  }
}

/** @returns a directory that is gone when the process ends, however it ends */
export function scratch(parent: string): string {
  const directory = mkdtempSync(join(parent, "auth-service-bench-"));
  // A server that was killed a moment ago may still write.
  const last = { recursive: true, force: true, maxRetries: 5, retryDelay: 100 };
  process.on("exit", () => rmSync(directory, last));
  return directory;
}

/** What listens for the exit stops the servers and removes their files. */
export function exitOnSignals(): void {
  const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
  for (const [signal, code] of Object.entries(signals)) {
    process.once(signal, () => process.exit(code));
  }
}
