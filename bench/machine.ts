import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { cpus, release, totalmem } from "node:os";
import process from "node:process";
import type { Machine } from "./results.ts";

export function machine(): Machine {
  const [first, ...others] = cpus();
  return {
    cpu: first?.model.trim() ?? "unknown",
    cores: others.length + 1,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: release(),
    node: process.versions.node,
    workerd: workerdVersion(),
  };
}

/** Of the runtime that Miniflare starts, which is its dependency and not ours. */
function workerdVersion(): string {
  const require = createRequire(import.meta.resolve("miniflare"));
  const { version }: { version: string } = require("workerd");
  return version;
}

/** The short hash, with "+" behind it when files differ from the commit. */
export function commit(): string {
  const hash = git("rev-parse", "--short", "HEAD");
  if (hash === null) return "unknown";
  return git("status", "--porcelain") === "" ? hash : `${hash}+`;
}

function git(...args: string[]): string | null {
  const { status, stdout } = spawnSync("git", args, {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
  return status === 0 ? stdout.trim() : null;
}
