import { readdirSync, readFileSync } from "node:fs";
import type { Inspector } from "../measure/inspector.ts";

/** Of the workerd below a process, its only one; MiB. */
function statusOf(root: number): string {
  const group = `${root}`;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const [name, rest] = [
        stat.slice(stat.indexOf("(") + 1),
        stat.slice(stat.lastIndexOf(")") + 2),
      ];
      // The server leads a group of its own (proc_pid_stat(5), "pgrp").
      if (name.startsWith("workerd") && rest.split(" ")[2] === group) {
        return readFileSync(`/proc/${pid}/status`, "utf8");
      }
    } catch {
      // it ended while the list was read
    }
  }
  throw new Error("no workerd");
}

const field = (status: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1_024;

/** Resident memory of the runtime now, in MiB. */
export const memory = (root: number): number => field(statusOf(root), "VmRSS");

/** The most that it ever had, in MiB. */
export const peakMemory = (root: number): number => field(statusOf(root), "VmHWM");

/** What the isolate's own code holds, with what waits to be collected, in MiB: objects and buffers. */
export async function heap(isolate: Inspector): Promise<number> {
  const usage = await isolate.send("Runtime.getHeapUsage");
  return (Number(usage["usedSize"]) + Number(usage["backingStorageSize"])) / 2 ** 20;
}

export type Sample = { readonly minute: number; readonly mib: number };

/** Of the isolate and of the whole runtime. */
export type Samples = { readonly heap: Sample[]; readonly process: Sample[] };

/** How memory goes over the last two thirds of the samples, in MiB a minute (least squares). */
export function slope(samples: readonly Sample[]): number {
  const late = samples.slice(Math.floor(samples.length / 3));
  const mean = (of: (sample: Sample) => number) =>
    late.reduce((sum, sample) => sum + of(sample), 0) / late.length;
  const [x, y] = [mean(({ minute }) => minute), mean(({ mib }) => mib)];
  const spread = mean(({ minute }) => (minute - x) ** 2);
  return spread === 0 ? 0 : mean(({ minute, mib }) => (minute - x) * (mib - y)) / spread;
}
