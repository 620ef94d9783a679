import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Outage } from "./outages.ts";

/** Of the file system that is filled: far more than a stage needs. */
const SIZE = "64m";
const CHUNK = 64 * 1_024;

/**
 * A small file system of its own for a stage's files, which takes the rights of root.
 *
 * @returns what unmounts it, or why there is none
 */
export function smallDisk(directory: string): { unmount(): void } | { readonly refused: string } {
  const state = join(directory, "state");
  mkdirSync(state, { recursive: true });
  const options = ["-t", "tmpfs", "-o", `size=${SIZE}`, "tmpfs", state];
  const { status, stderr, error } = spawnSync("mount", options, { encoding: "utf8" });
  if (status !== 0) return { refused: error?.message ?? stderr.trim() };
  return { unmount: () => void spawnSync("umount", ["--lazy", state]) };
}

/** Not a byte is left, until the file that takes them all is removed. */
export const DISK_FULL: Outage = {
  name: "the disk is full",
  fails: "stores",
  async begin({ state }) {
    const filler = join(state, "filler");
    const file = openSync(filler, "w");
    fill(file, Buffer.alloc(CHUNK));
    fill(file, Buffer.alloc(1));
    closeSync(file);
    return async () => rmSync(filler);
  },
};

function fill(file: number, chunk: Buffer): void {
  try {
    for (;;) writeSync(file, chunk);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
}
