import process from "node:process";
import { unstable_readConfig } from "wrangler";
import * as z from "zod";
import { err, ok, type Result } from "../../src/domain/result.ts";
import { serviceConfig } from "../service-config.ts";
import { placeholdersIn } from "./placeholders.ts";

/** What an environment of wrangler.toml asks of a Cloudflare account. */
export type Installation = {
  readonly environment: string;
  /** The name that the Worker is deployed under. */
  readonly worker: string;
  readonly issuer: string;
  readonly databases: readonly Database[];
  readonly cache: Namespace;
  /** Dead letters have one of their own. */
  readonly queues: readonly string[];
  /** Secrets that must be set, by name. */
  readonly secrets: readonly string[];
  /** What still holds the addresses of the example, as `NAME = "value"`. */
  readonly placeholders: readonly string[];
};

/** @property id absent where it is found by its name */
export type Database = {
  readonly binding: string;
  readonly name: string;
  readonly id: string | undefined;
  readonly migrations: string;
};

/**
 * @property name what it is made under; wrangler puts the environment in front of it
 * @property titles what it may be called, the likelier first
 * @property id absent where it is found by its title
 */
type Namespace = {
  readonly binding: string;
  readonly name: string;
  readonly titles: readonly [string, ...string[]];
  readonly id: string | undefined;
};

/** The parts of wrangler's configuration that this is about. */
const schema = z.object({
  name: z.string(),
  topLevelName: z.string(),
  definedEnvironments: z.array(z.string()),
  routes: z.array(z.union([z.string(), z.object({ pattern: z.string() })])).default([]),
  vars: z.record(z.string(), z.string()),
  secrets: z.object({ required: z.array(z.string()) }),
  d1_databases: z.array(
    z.object({
      binding: z.string(),
      database_name: z.string(),
      database_id: z.string().optional(),
      migrations_dir: z.string(),
    }),
  ),
  kv_namespaces: z.tuple([z.object({ binding: z.string(), id: z.string().optional() })]),
  queues: z.object({
    producers: z.array(z.object({ queue: z.string() })),
    consumers: z.array(z.object({ queue: z.string() })),
  }),
});

type Settings = z.output<typeof schema>;

/**
 * Reads an environment and checks it: by what the service checks when it runs, and by what only
 * somebody who deploys can get wrong.
 *
 * @returns what is wrong, for the operator
 */
export function readInstallation(environment: string | undefined): Result<Installation, string> {
  // It would send some commands elsewhere, and not others.
  if (process.env["CLOUDFLARE_ENV"] !== undefined) {
    return err("CLOUDFLARE_ENV is set. Unset it, and name the environment with --env.");
  }
  const known = settingsOf(undefined);
  if (!known.ok) return known;
  const names = known.value.definedEnvironments;
  if (environment === undefined || !names.includes(environment)) {
    const usage = names.map((name) => `npm run deploy -- --env ${name}`).join("\n");
    return err(`Say which environment of wrangler.toml, one of these:\n${usage}`);
  }
  const settings = settingsOf(environment);
  if (!settings.ok) return settings;
  const config = serviceConfig(environment);
  if (!config.ok) return config;
  const problem = addressProblem(config.value.issuer, settings.value);
  return problem === null ? ok(installationOf(environment, settings.value)) : err(problem);
}

function settingsOf(environment: string | undefined): Result<Settings, string> {
  try {
    const config = unstable_readConfig(
      { config: "wrangler.toml", env: environment },
      { hideWarnings: true },
    );
    const read = schema.safeParse(config);
    if (read.success) return ok(read.data);
    return err(`wrangler.toml cannot be deployed:\n${z.prettifyError(read.error)}`);
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

const patternsOf = ({ routes }: Settings): string[] =>
  routes.map((route) => (typeof route === "string" ? route : route.pattern));

/** Readiness is asked for there, and tokens name it. */
function addressProblem(issuer: string, settings: Settings): string | null {
  const { protocol, host } = new URL(issuer);
  if (protocol !== "https:") return `ISSUER must begin with https:// to be deployed: ${issuer}`;
  if (patternsOf(settings).some((pattern) => pattern.split("/")[0] === host)) return null;
  return `routes must hold the host of ISSUER, ${host}: the service would not be reached there.`;
}

function installationOf(environment: string, settings: Settings): Installation {
  const [cache] = settings.kv_namespaces;
  const { producers, consumers } = settings.queues;
  const suffix = cache.binding.toLowerCase().replaceAll("_", "-");
  const name = `${settings.topLevelName}-${suffix}`;
  return {
    environment,
    worker: settings.name,
    issuer: settings.vars["ISSUER"] ?? "",
    databases: settings.d1_databases.map((database) => ({
      binding: database.binding,
      name: database.database_name,
      id: database.database_id,
      migrations: database.migrations_dir,
    })),
    cache: {
      binding: cache.binding,
      name,
      // The second is what wrangler calls one that it makes by itself when it deploys.
      titles: [`${environment}-${name}`, `${settings.name}-${suffix}`],
      id: cache.id,
    },
    queues: [...new Set([...producers, ...consumers].map(({ queue }) => queue))],
    secrets: settings.secrets.required,
    placeholders: placeholdersIn({ ...settings.vars, routes: patternsOf(settings).join() }),
  };
}
