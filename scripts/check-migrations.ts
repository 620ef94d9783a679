/**
 * The migration check: the migrations agree with the schema, in order, and only add, so that the
 * code which runs while they are applied goes on working. None rebuilds a table: on D1 a generated
 * rebuild fires cascades and deletes child rows. Triggers are written as D1 takes them, and
 * /health/ready asks for every index and trigger there is.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { GUARDS } from "../src/persistence/d1/schema-probe.ts";
import { guardsMadeBy, triggerProblems, withoutTriggers } from "./trigger-rules.ts";

/** Each database, its migrations and the schema that they make. */
const DATABASES = [
  { directory: "migrations", schema: "./src/persistence/d1/schema.ts" },
  { directory: "migrations/audit", schema: "./src/persistence/d1/audit/schema.ts" },
] as const;
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
function pendingChanges({ directory, schema }: (typeof DATABASES)[number]): string[] {
  // drizzle-kit takes paths relative to the project only.
  const copy = mkdtempSync(join(".", ".migrations-"));
  try {
    cpSync(directory, copy, { recursive: true });
    const before = new Set(sqlFiles(copy));
    drizzle(["generate", "--dialect", "sqlite", "--schema", schema, "--out", copy]);
    return sqlFiles(copy).filter((name) => !before.has(name));
  } finally {
    rmSync(copy, { recursive: true });
  }
}

function problemsOf(sql: string): string[] {
  const forbidden = FORBIDDEN.filter((pattern) => pattern.test(withoutTriggers(sql)));
  return [
    ...forbidden.map((pattern) => `must not contain ${pattern.source}`),
    ...triggerProblems(sql),
  ];
}

const migrations = DATABASES.flatMap(({ directory }) =>
  sqlFiles(directory).map((name) => ({
    name: join(directory, name),
    sql: readFileSync(join(directory, name), "utf8"),
  })),
);
const problems = migrations.flatMap(({ name, sql }) =>
  problemsOf(sql).map((problem) => `${name}: ${problem}`),
);
// Readiness asks for those of the main database: the service goes on without its audit trail.
const guarded = migrations.filter(({ name }) => !name.startsWith("migrations/audit/"));
const made = new Set(guarded.flatMap(({ sql }) => guardsMadeBy(sql)));
const known = new Set(GUARDS);
for (const name of [...made, ...known].filter((one) => !(made.has(one) && known.has(one)))) {
  problems.push(
    `${name}: an index or trigger of migrations/ or of schema-probe.ts, and not of both`,
  );
}
if (!/^\*\.sql text eol=lf$/m.test(readFileSync(".gitattributes", "utf8"))) {
  problems.push(".gitattributes: must hold the line ends of *.sql at LF");
}
for (const database of DATABASES) {
  drizzle(["check", "--dialect", "sqlite", "--out", database.directory]);
  if (pendingChanges(database).length > 0) {
    problems.push(`${database.schema} has changes without a migration`);
  }
}

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(`${migrations.length} migrations agree with their schemas.`);
