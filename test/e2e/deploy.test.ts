import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { newRootSecret } from "../../scripts/root-secret.ts";
import { type CloudflareApi, startCloudflareApi } from "../support/cloudflare-api.ts";
import {
  copyProject,
  freePort,
  type ProjectCopy,
  startScript,
  until,
} from "../support/dev-server.ts";
import { runScript } from "../support/scripts.ts";

/* The command with the real wrangler. Its order and its failures: test/unit/scripts/deploy. */

/** Two dozen starts of wrangler, each of a second or more. */
const PATIENCE = 300_000;

let project: ProjectCopy;

beforeAll(() => {
  project = copyProject();
});

afterAll(() => project.remove());

// Nobody is signed in, whoever runs the tests.
beforeEach(() => {
  vi.stubEnv("CLOUDFLARE_API_TOKEN", undefined);
  vi.stubEnv("AUTH_SECRETS", undefined);
  return () => vi.unstubAllEnvs();
});

const deploy = (...args: string[]) => runScript(project.directory, "deploy", args);

function writeOwnAddresses(): void {
  const file = join(project.directory, "wrangler.toml");
  writeFileSync(file, readFileSync(file, "utf8").replaceAll("example.com", "herons.invalid"));
}

describe("npm run deploy", () => {
  it("shows with --dry-run what it would do, without an account", async () => {
    const run = await deploy("--env", "production", "--dry-run");
    expect(run).toMatchObject({ code: 0 });
    expect(run.output).toContain("Build the Worker: done");
    expect(run.output).toContain("wrangler d1 migrations apply AUDIT_DB --remote --env production");
    expect(run.output).toContain("- 0000_accounts.sql");
    expect(run.output).toContain(
      'Not before these are yours:\nISSUER = "https://auth.example.com"',
    );
    expect(run.output.trimEnd()).toMatch(/Nothing was changed\.$/);
  });

  it("refuses an option that is misspelt, an environment that is not there, and addresses that are nobody's", async () => {
    const runs = await Promise.all([
      deploy("--env", "production", "--dry-rum"),
      deploy("production"),
      deploy(),
      deploy("--env", "production"),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([1, 1, 1, 1]);
    expect(runs.map(({ output }) => output)).toEqual([
      expect.stringContaining("--dry-rum"),
      expect.stringContaining("production"),
      expect.stringContaining("npm run deploy -- --env staging"),
      expect.stringContaining('MAIL_FROM = "no-reply@example.com"'),
    ]);
  });
});

describe("npm run deploy on an account", () => {
  let api: CloudflareApi;
  const secret = newRootSecret();

  beforeAll(async () => {
    writeOwnAddresses();
    api = await startCloudflareApi();
  });

  afterAll(() => api.stop());

  beforeEach(() => {
    vi.stubEnv("CLOUDFLARE_API_BASE_URL", api.base);
    vi.stubEnv("CLOUDFLARE_API_TOKEN", "of the tests");
    vi.stubEnv("CLOUDFLARE_ACCOUNT_ID", "account");
    vi.stubEnv("AUTH_SECRETS", secret);
  });

  const worker = () => api.workers.get("auth-service-production");

  it("makes nothing where CI has no root secret to give: one that is not set arrives empty", {
    timeout: PATIENCE,
  }, async () => {
    const env = { CI: "true", AUTH_SECRETS: "" };
    const run = await runScript(project.directory, "deploy", ["--env", "production"], { env });
    expect(run).toMatchObject({
      code: 1,
      output: expect.stringContaining("give it in the variable AUTH_SECRETS"),
    });
    expect(api.changes).toEqual([]);
  });

  it("makes everything before it uploads, in an upload that breaks off as well", {
    timeout: PATIENCE,
  }, async () => {
    api.failNextUpload();
    const run = await deploy("--env", "production");
    expect(run).toMatchObject({ code: 1 });
    expect(run.output).toContain("the upload broke off");
    expect(run.output).not.toContain(secret.slice(3));
    expect(api.unknown).toEqual([]);

    expect([...api.databases.keys()]).toEqual([
      "auth-service-production",
      "auth-service-audit-production",
    ]);
    const tables = [...api.databases.values()].map((database) =>
      database.prepare("select name from sqlite_master where name in ('users', 'events')").all(),
    );
    expect(tables).toEqual([[{ name: "users" }], [{ name: "events" }]]);
    expect([...api.queues]).toEqual([
      "auth-service-events-production",
      "auth-service-production-dead-letters",
    ]);
    expect([...api.namespaces.keys()]).toEqual(["production-auth-service-jwks-cache"]);
    expect(worker()?.secrets).toEqual(new Map([["AUTH_SECRETS", secret]]));
    expect(globSync(".wrangler.*.json", { cwd: project.directory })).toEqual([]);
  });

  it("run again, it makes nothing twice, deploys, and waits for the service", {
    timeout: PATIENCE,
  }, async () => {
    api.changes.length = 0;
    vi.stubEnv("AUTH_SECRETS", newRootSecret());
    const server = await startScript({
      directory: project.directory,
      script: "deploy",
      args: ["--env", "production"],
      ports: [await freePort()],
      patience: PATIENCE,
      isReady: async () => api.changes.some((change) => change.endsWith("/schedules")),
    });
    try {
      const waits = "https://auth.herons.invalid/health/ready: no answer";
      await until(async () => server.output().includes(waits), PATIENCE);
      expect(server.output()).toContain("Current Version ID");
    } finally {
      await server.stop();
    }
    const made = /^POST \/(?:d1|storage|queues$)|\/secrets$/;
    expect(api.changes.filter((change) => made.test(change))).toEqual([]);
    expect(api.unknown).toEqual([]);
    expect(worker()?.secrets.get("AUTH_SECRETS")).toBe(secret);
    expect(worker()?.bindings).toContainEqual(
      expect.objectContaining({ name: "JWKS_CACHE", type: "kv_namespace" }),
    );
  });
});
