/**
 * `node test/chaos/host.ts <specification.json>`, with an IPC channel: the runtime with its files on
 * disk, in a process of its own. Each message starts it, on what a killed one left; the answer says
 * where it listens. It ends when the channel does, so nothing outlives whoever started it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";

export type Specification = {
  readonly script: string;
  /** Where the files of databases, KV and objects are. */
  readonly state: string;
  readonly vars: Readonly<Record<string, string>>;
};

/** @property seed statements for DB once its tables are made; null on files that have them */
export type Start = { readonly seed: readonly string[] | null };
export type Started = { readonly origin: string };

const MIGRATIONS = join(import.meta.dirname, "../../migrations");
const UNLIMITED = 1_000_000_000;

const object = (className: string) => ({ className, useSQLite: true });
const limit = (name: string) => ({ namespace_id: name, simple: { limit: UNLIMITED } });

/** As wrangler.toml has it, but for the limits by address: all come from one. */
function runtimeOf({ script, state, vars }: Specification): Miniflare {
  const worker = {
    name: "auth-service",
    modules: [{ type: "ESModule" as const, path: script }],
    modulesRoot: dirname(script),
    compatibilityDate: "2026-11-01",
    compatibilityFlags: ["nodejs_compat"],
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
    bindings: { ...vars },
    d1Databases: { DB: "auth-service", AUDIT_DB: "auth-service-audit" },
    kvNamespaces: { JWKS_CACHE: "jwks" },
    queueProducers: { EVENTS: "auth-service-events" },
    queueConsumers: {
      "auth-service-events": {
        maxBatchSize: 100,
        maxBatchTimeout: 0,
        maxRetries: 30,
        deadLetterQueue: "auth-service-dead-letters",
      },
      "auth-service-dead-letters": { maxBatchSize: 100, maxBatchTimeout: 0, maxRetries: 100 },
    },
    durableObjects: {
      USERS: object("UserObject"),
      SERVICE_ACCOUNTS: object("ServiceAccountObject"),
      LOGIN_THROTTLES: object("LoginThrottleObject"),
      KEPT_MESSAGES: object("KeptMessages"),
    },
    ratelimits: {
      ADDRESS_LIMIT: limit("1001"),
      SHARED_LIMIT: limit("1004"),
      CLIENT_LIMIT: limit("1005"),
    },
  };
  return new Miniflare(
    convertV4MiniflareOptions({ resourcePersistencePath: state, workers: [worker] }),
  );
}

const migrations = (directory: string): string[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .flatMap((name) =>
      readFileSync(join(directory, name), "utf8").split("--> statement-breakpoint"),
    );

async function seed(runtime: Miniflare, statements: readonly string[]): Promise<void> {
  const tables = {
    DB: [...migrations(MIGRATIONS), ...statements],
    AUDIT_DB: migrations(join(MIGRATIONS, "audit")),
  };
  for (const [binding, script] of Object.entries(tables)) {
    const database = await runtime.getD1Database(binding);
    await database.batch(script.map((statement) => database.prepare(statement)));
  }
}

let runtime: Miniflare | null = null;

async function start(specification: Specification, given: Start): Promise<Started> {
  await runtime?.dispose();
  runtime = runtimeOf(specification);
  await runtime.ready;
  if (given.seed !== null) await seed(runtime, given.seed);
  return { origin: (await runtime.unsafeGetDirectURL("auth-service")).origin };
}

const [file = ""] = process.argv.slice(2);
const specification: Specification = JSON.parse(readFileSync(file, "utf8"));
process.on("message", async (given: Start) => process.send?.(await start(specification, given)));
process.on("disconnect", async () => {
  await runtime?.dispose();
  process.exit(0);
});
