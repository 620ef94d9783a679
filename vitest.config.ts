import { randomBytes } from "node:crypto";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { startMailServer } from "./test/support/mail-server.ts";

const secret = randomBytes(32).toString("base64url");
const mailServer = startMailServer();

export default defineConfig({
  test: {
    silent: "passed-only",
    // Each is mostly waiting for its runtime, so two share what CI has: two cores.
    maxWorkers: 2,
    coverage: {
      provider: "istanbul",
      // The rules alone have to be covered: to count the rest takes CI a minute.
      include: ["src/domain/**/*.ts"],
      reporter: ["text-summary", "html"],
      thresholds: { "src/domain/**": { branches: 100, functions: 100, lines: 100 } },
    },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          isolate: false,
          // Hashes and thousands of histories on a machine that has other things to do as well.
          testTimeout: 30_000,
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              // As in wrangler.toml, whose entry this replaces, but at once: a test that waits for what
              // is stored or mailed waits for nothing else.
              queueConsumers: {
                "auth-service-events": {
                  maxBatchSize: 100,
                  maxBatchTimeout: 0,
                  maxRetries: 30,
                  deadLetterQueue: "auth-service-dead-letters",
                },
              },
              analyticsEngineDatasets: { METRICS: { dataset: "auth_service" } },
              // What an earlier file's test had sent comes to the others whenever the queue delivers it.
              d1Databases: { QUIET_DB: "quiet", QUIET_AUDIT_DB: "quiet-audit" },
              bindings: {
                AUTH_SECRETS: `v1:${secret}`,
                // Gives the same bytes in half the time; what was computed is remembered (hash-once.ts).
                PASSWORD_SCRYPT: "native",
                EMAIL_CODE_SIGN_IN: "true",
                // Where tests find what was sent (test/support/inbox.ts).
                MAIL_TRANSPORT: await mailServer,
                MAIL_API_KEY: "re_of_the_tests",
                MIGRATIONS: await readD1Migrations("migrations"),
                // Histories a test (test/support/explored.ts); more by night.
                LINEARIZABILITY_RUNS: process.env["LINEARIZABILITY_RUNS"] ?? "40",
                LINEARIZABILITY_SEED: process.env["LINEARIZABILITY_SEED"] ?? "",
                AUDIT_MIGRATIONS: await readD1Migrations("migrations/audit"),
              },
            },
          })),
        ],
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          isolate: false,
          // In this order: the others wrap what the first has loaded anew.
          setupFiles: [
            "test/support/begin-afresh.ts",
            "test/support/hash-once.ts",
            "test/support/soon-deferred.ts",
          ],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["test/support/migrated.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
