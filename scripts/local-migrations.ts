import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { toolEnv } from "./local-runtime.ts";

/** Options of `wrangler dev` that choose the database, in every spelling that wrangler reads. */
const DATABASE_OPTIONS = {
  "persist-to": { type: "string" },
  persistTo: { type: "string" },
  env: { type: "string", short: "e" },
  config: { type: "string", short: "c" },
} as const;

type Project = { readonly directory: string; readonly env: NodeJS.ProcessEnv };

/**
 * Brings the local databases up to date where the service will look, or ends the process. Wrangler
 * takes seconds to find that there is nothing to do, so what was applied is noted beside the
 * databases, and goes with them.
 *
 * @param args those of `wrangler dev`
 */
export function migrateLocal(
  args: readonly string[],
  project: Project = { directory: process.cwd(), env: toolEnv() },
): void {
  const chosen = databaseArguments(args);
  const note = join(stateDirectory(chosen, project), "v3/d1/applied-migrations");
  const wanted = digestOf(project.directory, chosen);
  if (existsSync(note) && readFileSync(note, "utf8") === wanted) return;
  // One after the other: they share a file, and two runtimes would lock each other out.
  for (const database of ["DB", "AUDIT_DB"]) {
    const command = ["d1", "migrations", "apply", database, "--local", ...asOptions(chosen)];
    const { status } = spawnSync("wrangler", command, {
      cwd: project.directory,
      env: project.env,
      stdio: ["ignore", "ignore", "inherit"],
    });
    if (status !== 0) process.exit(status ?? 1);
  }
  writeFileSync(note, wanted);
}

type Chosen = Partial<Record<keyof typeof DATABASE_OPTIONS, string>>;

function databaseArguments(args: readonly string[]): Chosen {
  // Not strict: the other options are wrangler's to judge.
  const { values } = parseArgs({ args: [...args], options: DATABASE_OPTIONS, strict: false });
  const given = Object.keys(DATABASE_OPTIONS).flatMap((name) => {
    const value = values[name];
    return typeof value === "string" ? [[name, value]] : [];
  });
  return Object.fromEntries(given);
}

const asOptions = (chosen: Chosen): string[] =>
  Object.entries(chosen).map(([name, value]) => `--${name}=${value}`);

const stateDirectory = (chosen: Chosen, { directory }: Project): string =>
  resolve(directory, chosen["persist-to"] ?? chosen.persistTo ?? ".wrangler/state");

/** Changes with the migrations, and with whatever says which database they are for. */
function digestOf(directory: string, chosen: Chosen): string {
  const hash = createHash("sha256").update(JSON.stringify(chosen));
  const migrations = readdirSync(join(directory, "migrations"), { recursive: true })
    .map((name) => join("migrations", String(name)))
    .filter((name) => name.endsWith(".sql"))
    .sort();
  for (const name of [chosen.config ?? "wrangler.toml", ...migrations]) {
    hash.update(`\0${name}\0`).update(readFileSync(resolve(directory, name)));
  }
  return hash.digest("hex");
}
