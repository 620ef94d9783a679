import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { unstable_readConfig } from "wrangler";
import { copyProject, type ProjectCopy, toolEnv } from "../support/dev-server.ts";

const KIB = 1_024;
const LIMIT = 200 * KIB;

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

it("the bundle stays under 200 KiB gzipped", () => {
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

type Named = { readonly name: string };
type Bound = { readonly binding: string };

/** What of a parsed wrangler.toml is looked at here. */
type Settings = {
  readonly workers_dev: boolean;
  readonly preview_urls: boolean;
  readonly vars: Readonly<Record<string, string>>;
  readonly secrets: { readonly required: readonly string[] };
  readonly d1_databases: readonly Bound[];
  readonly kv_namespaces: readonly Bound[];
  readonly durable_objects: { readonly bindings: readonly (Named & { class_name: string })[] };
  readonly ratelimits: readonly Named[];
  readonly migrations: unknown;
  readonly triggers: { readonly crons: readonly string[] };
};

const configs = [{}, { env: "staging" }, { env: "production" }].map((environment): Settings => {
  const config = join(import.meta.dirname, "../../wrangler.toml");
  return unstable_readConfig({ config, ...environment });
});

it("CFG-01 no environment has a preview address, a public default address or a secret in its vars", () => {
  for (const config of configs) {
    expect(config).toMatchObject({ workers_dev: false, preview_urls: false });
    expect(config.secrets.required).toEqual(["AUTH_SECRETS"]);
    expect(Object.keys(config.vars).filter((name) => /SECRET|TOKEN$|_KEY$/.test(name))).toEqual([]);
  }
});

it("CFG-01 an environment has every var, binding, migration and trigger that development has", () => {
  const [development, ...others] = configs.map((config) => ({
    vars: Object.keys(config.vars),
    databases: config.d1_databases.map((one) => one.binding),
    namespaces: config.kv_namespaces.map((one) => one.binding),
    objects: config.durable_objects.bindings.map((one) => [one.name, one.class_name]),
    limits: config.ratelimits.map((one) => one.name),
    migrations: config.migrations,
    crons: config.triggers.crons,
  }));
  expect(development?.vars.length).toBeGreaterThan(10);
  for (const other of others) expect(other).toEqual(development);
});
