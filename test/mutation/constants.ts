import { spawn } from "node:child_process";
import process from "node:process";
import { CONFIG, type Mutant } from "./instrument.ts";
import { ROOT, VITEST } from "./work.ts";

/** Milliseconds that the tests may take with a mutant; longer than they take with none. */
const PATIENCE = 300_000;

/**
 * Mutants of what is computed while a module is loaded, such as a pattern or a table: the tests are
 * run anew for each, up to the first that fails. One with which they do not end counts as noticed.
 *
 * @returns those that were noticed
 */
export async function tryConstants(mutants: readonly Mutant[]): Promise<Set<string>> {
  const killed = new Set<string>();
  for (const { id } of mutants) if (await isNoticed(id)) killed.add(id);
  return killed;
}

function isNoticed(id: string): Promise<boolean> {
  const options = ["--config", CONFIG, "--bail=1", "--dangerouslyIgnoreUnhandledErrors=false"];
  const child = spawn(process.execPath, [VITEST, "run", ...options], {
    cwd: ROOT,
    stdio: "ignore",
    // What instrumented code looks at when it is loaded.
    env: { ...process.env, __STRYKER_ACTIVE_MUTANT__: id },
    detached: true,
  });
  return new Promise((resolve, reject) => {
    const watch = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    }, PATIENCE);
    child.on("error", reject);
    child.on("exit", (code) => {
      clearTimeout(watch);
      resolve(code !== 0);
    });
  });
}
