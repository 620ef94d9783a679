import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Range } from "../search.ts";
import type { Bug } from "./bugs.ts";

const run = promisify(execFile);
const at = (name: string): string => join(import.meta.dirname, name);

/** What gave a bug away. */
export type Given = { readonly seed: number; readonly invariant: string };

/**
 * Plays histories in a process in which the bug is planted.
 *
 * @throws when it cannot be planted any more
 */
export async function hunt({ name }: Bug, { from, to }: Range): Promise<Given | null> {
  const args = ["--import", at("plant.ts"), at("find.ts"), `${from}`, `${to}`];
  const env = { ...process.env, PLANTED_BUG: name, NODE_NO_WARNINGS: "1" };
  const { stdout } = await run(process.execPath, args, { env });
  return JSON.parse(stdout);
}

/** Does it for all of them, as many at once as there are cores. */
export async function eachBug(
  bugs: readonly Bug[],
  work: (bug: Bug) => Promise<void>,
): Promise<void> {
  const left = bugs.values();
  const lane = async () => {
    for (const bug of left) await work(bug);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
}
