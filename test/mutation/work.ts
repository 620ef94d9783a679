import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");

/** What runs the tests, by Node itself. */
export const VITEST = join(ROOT, "node_modules/vitest/vitest.mjs");

/** Where a part's instrumented files and its journal are; not committed. */
export const workOf = (part: string): string => join(ROOT, "coverage/mutation", part);
