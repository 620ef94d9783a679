import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { migrateLocal } from "../../scripts/local-migrations.ts";
import { copyProject, toolEnv } from "./dev-server.ts";
import { createOperator } from "./scripts.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Local databases with their tables, for projects whose first start is not what is tested. */
    readonly migratedState: string;
    /** The same, with an administrator (`signInOperator`). */
    readonly operatedState: string;
  }
}

/** Makes once what each project would take seconds for. */
export default async function setUp(tests: TestProject): Promise<() => void> {
  const migrated = newProject(null);
  tests.provide("migratedState", migrated.state);
  const operated = newProject(migrated.state);
  await createOperator(operated.directory);
  tests.provide("operatedState", operated.state);
  return () => {
    migrated.remove();
    operated.remove();
  };
}

function newProject(from: string | null) {
  const project = copyProject(from);
  const { directory } = project;
  migrateLocal([], { directory, env: toolEnv(directory) });
  return { ...project, state: join(directory, ".wrangler") };
}
