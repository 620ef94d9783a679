import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { experimental_readRawConfig, unstable_readConfig } from "wrangler";
import * as z from "zod";
import { parseConfig, VARIABLES } from "../../../src/core/config/config.ts";
import { FEED_CRON, KEYS_CRON } from "../../../src/core/config/constants.ts";
import { someSecret } from "../../support/model-secrets.ts";

const bindings = z.array(z.object({ binding: z.string() }));
const named = z.array(z.object({ name: z.string() }));

/** The parts of wrangler's configuration that this is about. */
const schema = z.object({
  name: z.string(),
  definedEnvironments: z.array(z.string()),
  workers_dev: z.boolean(),
  preview_urls: z.boolean(),
  routes: z.array(z.object({ pattern: z.string(), custom_domain: z.literal(true) })).default([]),
  vars: z.record(z.string(), z.string()),
  secrets: z.object({ required: z.array(z.string()) }),
  d1_databases: z.array(
    z.object({ binding: z.string(), database_name: z.string(), migrations_dir: z.string() }),
  ),
  kv_namespaces: bindings,
  durable_objects: z.object({
    bindings: z.array(z.object({ name: z.string(), class_name: z.string() })),
  }),
  migrations: z.array(z.object({ tag: z.string(), new_sqlite_classes: z.array(z.string()) })),
  ratelimits: z.array(
    z.object({
      name: z.string(),
      namespace_id: z.string(),
      simple: z.object({ limit: z.number(), period: z.literal(60) }),
    }),
  ),
  send_email: named,
  queues: z.object({ producers: bindings, consumers: z.array(z.unknown()) }),
  services: bindings,
  triggers: z.object({ crons: z.array(z.string()) }),
  observability: z.strictObject({
    enabled: z.boolean(),
    redact_query_string: z.boolean(),
    logs: z.strictObject({ enabled: z.boolean(), invocation_logs: z.boolean() }),
  }),
});

type Config = z.output<typeof schema>;

/** As wrangler itself reads it for a deployment. */
const read = (env?: string): Config =>
  schema.parse(
    unstable_readConfig(
      { config: "wrangler.toml", ...(env === undefined ? {} : { env }) },
      { hideWarnings: true },
    ),
  );

const development = read();
const environments = development.definedEnvironments.map((name): [string, Config] => [
  name,
  read(name),
]);

/** What the code finds in `env`, and how it is started. */
const shapeOf = (config: Config) => ({
  secrets: config.secrets,
  d1: config.d1_databases.map(({ binding, migrations_dir }) => ({ binding, migrations_dir })),
  kv: config.kv_namespaces,
  objects: config.durable_objects.bindings,
  migrations: config.migrations,
  limits: config.ratelimits.map(({ name }) => name),
  mail: config.send_email,
  queues: config.queues.producers,
  consumers: config.queues.consumers.length,
  services: config.services,
  crons: config.triggers.crons,
  observability: config.observability,
});

it("CFG-01 there are environments for staging and production", () => {
  expect(environments.map(([name]) => name)).toEqual(["staging", "production"]);
});

describe.each<[string, Config]>([["development", development], ...environments])(
  "CFG-01 the configuration for %s",
  (_, config) => {
    it("is reachable by its own routes only", () => {
      expect(config.workers_dev).toBe(false);
      expect(config.preview_urls).toBe(false);
    });

    it("has the bindings and migrations that the top level has", () => {
      expect(shapeOf(config)).toEqual(shapeOf(development));
    });

    it("runs the crons that the service knows", () => {
      expect(config.triggers.crons).toEqual([FEED_CRON, KEYS_CRON]);
    });

    it("holds no secret, and names the ones that must be set", () => {
      expect(config.secrets.required).toEqual(["AUTH_SECRETS"]);
      expect(Object.keys(config.vars)).not.toContain("AUTH_SECRETS");
      for (const value of Object.values(config.vars)) {
        expect(value).not.toMatch(/[A-Za-z0-9_-]{32,}/);
      }
    });

    it("has the vars that the top level has, and none that the service does not read", () => {
      expect(Object.keys(config.vars)).toEqual(
        expect.arrayContaining(Object.keys(development.vars)),
      );
      expect(VARIABLES).toEqual(expect.arrayContaining(Object.keys(config.vars)));
    });

    it("logs neither requests as they came nor what their addresses ask for", () => {
      expect(config.observability).toEqual({
        enabled: true,
        redact_query_string: true,
        logs: { enabled: true, invocation_logs: false },
      });
    });

    it("is one that the service accepts once it has its secrets", () => {
      const bytes = crypto.getRandomValues(new Uint8Array(32));
      const secret = `v1:${Buffer.from(bytes).toString("base64url")}`;
      expect(parseConfig({ ...config.vars, AUTH_SECRETS: secret })).toMatchObject({ ok: true });
      expect(parseConfig(config.vars)).toMatchObject({ ok: false });
    });
  },
);

const FILE = "wrangler.toml";

/** What an environment says of itself, as it is written, and what it would be if it said nothing. */
function written(name: string): { said: Record<string, unknown>; inherited: object } {
  const { rawConfig } = experimental_readRawConfig({ config: FILE });
  const said = z.record(z.string(), z.unknown()).parse(rawConfig.env?.[name]);
  const text = readFileSync(FILE, "utf8");
  const directory = mkdtempSync(join(tmpdir(), "config-"));
  try {
    const config = join(directory, FILE);
    writeFileSync(config, `${text.slice(0, text.indexOf("[env."))}[env.${name}]\n`);
    return { said, inherited: unstable_readConfig({ config, env: name }, { hideWarnings: true }) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

it.each(environments)("CFG-01 %s says only what it does not inherit", (name) => {
  const { said, inherited } = written(name);
  const repeated = Object.keys(said).filter((key) =>
    isDeepStrictEqual(said[key], Reflect.get(inherited, key)),
  );
  expect(repeated).toEqual([]);
  expect(Object.keys(said)).toEqual(expect.arrayContaining(["routes", "vars", "secrets"]));
});

it.each(environments)("CFG-01 %s is served where its tokens say they come from", (_, config) => {
  const { host } = new URL(config.vars["ISSUER"] ?? "");
  expect(config.routes).toEqual([{ pattern: host, custom_domain: true }]);
  for (const name of ["ISSUER", "PUBLIC_APP_URL"]) {
    expect(config.vars[name]).toMatch(/^https:\/\//);
  }
});

it.each(environments)("CFG-01 %s tells no stranger who has an account", (_, config) => {
  expect(config.vars["REGISTRATION"]).toBe("private");
  expect(config.vars["REQUIRE_VERIFIED_EMAIL"]).toBe("true");
  expect(config.vars["EMAIL_CODE_SIGN_IN"]).toBeUndefined();
});

it.each(environments)("CFG-01 %s shares no data with another", (_, config) => {
  const others = [development, ...environments.map(([, other]) => other)].filter(
    (other) => other.name !== config.name,
  );
  expect(others).toHaveLength(environments.length);
  const storesOf = ({ d1_databases, ratelimits }: Config) => [
    ...d1_databases.map(({ database_name }) => database_name),
    ...ratelimits.map(({ namespace_id }) => namespace_id),
  ];
  const taken = new Set(others.flatMap(storesOf));
  expect(storesOf(config).filter((store) => taken.has(store))).toEqual([]);
});

it("CFG-01 the documented limits are those of the configuration", () => {
  const text = readFileSync("docs/configuration.md", "utf8");
  const rows = text.matchAll(/^\| `(\w+_LIMIT)` \|.*?\| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|$/gm);
  const written = [...rows].map(([, name, ...limits]) => [
    name,
    ...limits.map((limit) => Number(limit.replaceAll(",", ""))),
  ]);
  const all = [development, ...environments.map(([, config]) => config)];
  const configured = development.ratelimits.map(({ name }) => [
    name,
    ...all.map((config) => config.ratelimits.find((one) => one.name === name)?.simple.limit),
  ]);
  expect(written).toEqual(configured);
});

it("CFG-01 all who share an address have a larger limit than one who has their own", () => {
  for (const { ratelimits } of [development, ...environments.map(([, config]) => config)]) {
    const [own = 0, shared = 0] = ["ADDRESS_LIMIT", "SHARED_LIMIT"].map(
      (name) => ratelimits.find((one) => one.name === name)?.simple.limit,
    );
    expect(shared).toBeGreaterThan(own);
  }
});

it("CFG-01 the file with the local secrets is never committed", () => {
  expect(readFileSync(".gitignore", "utf8").split("\n")).toContain(".dev.vars*");
});

it("CFG-01 every var is documented, with the value that it has in development", () => {
  const inForce = { ...development.vars, AUTH_SECRETS: someSecret(1) };
  const configOf = (env: object) => JSON.parse(JSON.stringify(parseConfig(env)));
  expect(configOf(inForce)).toMatchObject({ ok: true });
  const lines = readFileSync("docs/configuration.md", "utf8").split("\n");
  const rows = lines.map((line) => line.split("|").map((cell) => cell.trim()));
  const documented = new Map(rows.map(([, name, value]) => [name, value]));
  const named = rows.flatMap(([, name = ""]) => /^`([A-Z_]+)`$/.exec(name)?.[1] ?? []);
  for (const [at, name] of named.filter((one) => !one.endsWith("_LIMIT")).entries()) {
    const { [name]: _, ...without } = Object.fromEntries(Object.entries(inForce));
    expect(parseConfig(without).ok, `"the first six must be there": ${name}`).toBe(at >= 6);
  }
  for (const name of VARIABLES.filter((one) => one !== "AUTH_SECRETS")) {
    const shown = documented.get(`\`${name}\``)?.replace(/ \(.*\)$/, "") ?? "not there";
    const value = shown === "empty" ? "" : /^`(.*)`$/.exec(shown)?.[1];
    expect(value, name).toBeDefined();
    expect(configOf({ ...inForce, [name]: value }), name).toEqual(configOf(inForce));
  }
});
