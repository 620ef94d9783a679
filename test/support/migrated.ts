import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { copyProject } from "./dev-server.ts";
import { applyMigrations } from "./scripts.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Local databases with their tables, for projects whose first start is not what is tested. */
    readonly migratedState: string;
  }
}

/** Applies the migrations once for all copies of the project: each start would take seconds more. */
export default async function setUp(tests: TestProject): Promise<() => void> {
  const project = copyProject(null);
  for (const database of ["DB", "AUDIT_DB"] as const) {
    const { code, output } = await applyMigrations(project.directory, [], database);
    if (code !== 0) throw new Error(output);
  }
  tests.provide("migratedState", join(project.directory, ".wrangler"));
  return () => project.remove();
}
