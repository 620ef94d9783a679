/**
 * The migration check: the migrations say what the schema says, in order, and they only add, so
 * that the code which runs while they are applied goes on working. None rebuilds a table: on D1 a
 * generated rebuild fires cascades and deletes child rows.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

const DIRECTORY = "migrations";
const FORBIDDEN = [
  /\bdrop\s+table\b/i,
  /\bdrop\s+column\b/i,
  /\brename\b/i,
  /\bdelete\s+from\b/i,
  /__new_/i,
  /\bon\s+delete\s+cascade\b/i,
];

const sqlFiles = (directory: string): string[] =>
  readdirSync(directory).filter((name) => name.endsWith(".sql"));

function drizzle(args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("drizzle-kit", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`drizzle-kit ${args[0]} failed:\n${stdout}${stderr}`);
  return stdout;
}

/** Generates into a copy: when the schema is ahead of the migrations, a file appears. */
function pendingChanges(): string[] {
  // drizzle-kit takes paths relative to the project only.
  const copy = mkdtempSync(join(".", ".migrations-"));
  try {
    cpSync(DIRECTORY, copy, { recursive: true });
    const before = new Set(sqlFiles(copy));
    const schema = "./src/persistence/d1/schema.ts";
    drizzle(["generate", "--dialect", "sqlite", "--schema", schema, "--out", copy]);
    return sqlFiles(copy).filter((name) => !before.has(name));
  } finally {
    rmSync(copy, { recursive: true });
  }
}

const problems = sqlFiles(DIRECTORY).flatMap((name) =>
  FORBIDDEN.filter((pattern) => pattern.test(readFileSync(join(DIRECTORY, name), "utf8"))).map(
    (pattern) => `${name} must not contain ${pattern.source}`,
  ),
);
drizzle(["check"]);
if (pendingChanges().length > 0) problems.push("the schema has changes without a migration");

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(`${sqlFiles(DIRECTORY).length} migrations agree with the schema.`);
