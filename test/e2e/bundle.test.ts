import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { copyProject, type ProjectCopy, toolEnv } from "../support/dev-server.ts";

const KIB = 1_024;
const LIMIT = 400 * KIB;

let project: ProjectCopy;
let code: string;
let sources: string[];

/** What would be deployed to production, and the source files that went into it. */
beforeAll(() => {
  project = copyProject();
  const { directory } = project;
  const built = spawnSync(
    "wrangler",
    ["deploy", "--dry-run", "--env", "production", "--outdir", "dist"],
    { cwd: directory, env: toolEnv(directory), encoding: "utf8" },
  );
  if (built.status !== 0) throw new Error(built.stdout + built.stderr);
  const dist = join(directory, "dist");
  code = readdirSync(dist)
    .filter((name) => /\.m?js$/.test(name))
    .map((name) => readFileSync(join(dist, name), "utf8"))
    .join("");
  const map: unknown = JSON.parse(readFileSync(join(dist, "index.js.map"), "utf8"));
  sources = (map as { sources: string[] }).sources;
});

afterAll(() => project.remove());

it("the bundle stays under 400 KiB gzipped", () => {
  const size = gzipSync(code, { level: 9 }).length;
  expect(size).toBeGreaterThan(KIB);
  expect(size).toBeLessThan(LIMIT);
});

it("CFG-01 what is deployed holds the service and no test, script or simulation tool", () => {
  expect(sources.some((source) => source.endsWith("src/index.ts"))).toBe(true);
  const foreign = /\/(?:test|scripts|bench|examples)\/|vitest|miniflare|fast-check|drizzle-kit/;
  const own = sources.filter((source) => !source.includes("node_modules"));
  expect(own.filter((source) => !/(?:^|\/)src\//.test(source))).toEqual([]);
  expect(sources.filter((source) => foreign.test(source))).toEqual([]);
});
