import { existsSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import process from "node:process";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { ROOT } from "./work.ts";

/** Patterns of the unit tests that are to notice something: the other projects need the runtime. */
const tests = process.env["MUTATION_TESTS"] ?? "test/unit/**/*.test.ts";
const instrumented = process.env["MUTATION_SOURCES"] ?? "";

/** Thousands of histories each, or whole hashes: what they alone notice takes them long. */
const isSlow = ({ moduleId }: TestSpecification) =>
  /history|interleavings|in-slices/.test(moduleId);

/** What takes least comes first: most mutants are noticed by any test that reaches them. */
class ShortestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const size = ({ moduleId }: TestSpecification) => statSync(moduleId).size;
    return [...files].sort((a, b) => Number(isSlow(a)) - Number(isSlow(b)) || size(a) - size(b));
  }
}

export default defineConfig({
  root: ROOT,
  plugins: [
    {
      name: "instrumented sources",
      enforce: "pre",
      load(id) {
        const file = join(instrumented, relative(ROOT, id));
        return existsSync(file) ? readFileSync(file, "utf8") : null;
      },
    },
  ],
  test: {
    name: "unit",
    include: tests.split(","),
    exclude: (process.env["MUTATION_EXCLUDE"] ?? "").split(",").filter((name) => name !== ""),
    isolate: false,
    // It would hand one part the instrumented files of another.
    fsModuleCache: false,
    pool: "forks",
    maxWorkers: 1,
    silent: true,
    ...(process.env["MUTATION_JOURNAL"] === undefined
      ? {}
      : { runner: join(import.meta.dirname, "mutant-runner.ts") }),
    setupFiles: [join(import.meta.dirname, "no-shrinking.ts")],
    sequence: { sequencer: ShortestFirst },
    dangerouslyIgnoreUnhandledErrors: true,
    // All of a test's mutants run within it.
    testTimeout: 3_600_000,
  },
});
