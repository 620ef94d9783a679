import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");

/** Where a part's instrumented files and its journal are; not committed. */
export const workOf = (part: string): string => join(ROOT, "coverage/mutation", part);
