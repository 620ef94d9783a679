import { spawnSync } from "node:child_process";
import { toolEnv } from "./local-runtime.ts";

/** Bytes of one answer. */
const MAX_OUTPUT = 64 * 1024 * 1024;

export type Output = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/**
 * Runs wrangler to its end, without a prompt.
 *
 * @param input what it reads from standard input: the one way for a secret, since other processes
 *   see a command line
 */
export function runWrangler(args: readonly string[], input = ""): Output {
  const { error, ...output } = spawnSync("wrangler", args, {
    encoding: "utf8",
    input,
    maxBuffer: MAX_OUTPUT,
    // Overrides the operator's log level: what is read of the output is JSON and nothing else.
    env: { ...toolEnv(), WRANGLER_LOG: "log" },
  });
  if (error === undefined) return output;
  throw new Error("wrangler cannot be run: start this as an npm script, after `npm ci`.", {
    cause: error,
  });
}

/**
 * The array in what wrangler printed: a notice of the tool may stand above or below, and the array
 * begins and ends a line.
 *
 * @returns null where there is none
 */
export function arrayIn(stdout: string): unknown[] | null {
  const array = parsed(/^\[(?:\]|[\s\S]*^\])$/m.exec(stdout));
  return Array.isArray(array) ? array : null;
}

/** The object in what wrangler printed, found as `arrayIn` finds its array; null where there is none. */
export const objectIn = (stdout: string): unknown => parsed(/^\{(?:\}|[\s\S]*^\})$/m.exec(stdout));

function parsed(found: readonly string[] | null): unknown {
  try {
    return JSON.parse(found?.[0] ?? "null");
  } catch {
    return null;
  }
}
