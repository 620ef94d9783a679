import { defineConfig } from "vitest/config";

/** Apart from the project's own tests: a browser is not on every machine. */
export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ["*.test.ts"],
    fileParallelism: false,
    silent: "passed-only",
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
