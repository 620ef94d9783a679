import { defineConfig } from "vitest/config";

/** Apart from the project's own tests: a browser is not on every machine. */
export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ["*.test.ts"],
    maxWorkers: 2,
    silent: "passed-only",
    // A sign-in costs a hash, and two of these files share two cores.
    expect: { poll: { timeout: 20_000 } },
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
