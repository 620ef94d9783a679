import process from "node:process";
import { createVitest } from "vitest/node";
import { CONFIG, type Mutant } from "./instrument.ts";

/**
 * Mutants of what is computed while a module is loaded, such as a pattern or a table: the tests are
 * run anew for each, up to the first that fails.
 *
 * @returns those that were noticed
 */
export async function tryConstants(mutants: readonly Mutant[]): Promise<Set<string>> {
  const killed = new Set<string>();
  if (mutants.length === 0) return killed;
  const vitest = await createVitest("test", {
    config: CONFIG,
    watch: false,
    bail: 1,
    reporters: [{}],
  });
  try {
    for (const { id } of mutants) {
      // What instrumented code looks at when it is loaded.
      process.env["__STRYKER_ACTIVE_MUTANT__"] = id;
      const { testModules, unhandledErrors } = await vitest.start();
      const hasFailed = testModules.some((module) => module.state() === "failed");
      if (hasFailed || unhandledErrors.length > 0) killed.add(id);
      vitest.state.filesMap.clear();
    }
  } finally {
    delete process.env["__STRYKER_ACTIVE_MUTANT__"];
    await vitest.close();
  }
  return killed;
}
