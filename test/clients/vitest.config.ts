import { defineConfig } from "vitest/config";

/** Apart from the project's own tests: what is tried here has packages of its own. */
export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ["*.test.ts"],
    maxWorkers: 2,
    silent: "passed-only",
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
});
