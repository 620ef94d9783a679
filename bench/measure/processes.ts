import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

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

/** The core that servers run on; the load comes from the other. */
export const SERVER_CORE = 0;
const LOAD_CORE = 1;

/** Pins this process, all its threads, to the core that the servers leave alone. */
export function pinLoad(pid: number): void {
  const { status, stderr } = spawnSync("taskset", ["-a", "-c", "-p", String(LOAD_CORE), `${pid}`], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`two cores and taskset (util-linux) are needed: ${stderr}`);
}
