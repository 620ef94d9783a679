/**
 * `npm run deploy -- --env production [--dry-run] [--upload-only] [--location weur]`
 *
 * Does what a careful operator does: checks the configuration, makes what is missing at Cloudflare,
 * migrates both databases, deploys, and waits until the service is ready. Everything is asked for
 * before it is made, so it may be run again, also after it broke off. With `--dry-run` it checks
 * and builds, and shows the rest. With `--upload-only` the new version serves nobody until
 * `wrangler versions deploy` gives it a share. `AUTH_SECRETS` is read where the Worker has none.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Result } from "../src/domain/result.ts";
import { writeDeployConfig } from "./deploy/deploy-config.ts";
import { type Installation, readInstallation } from "./deploy/installation.ts";
import { keepSecret, nextSteps } from "./deploy/next-steps.ts";
import { type Choices, deploymentPlan } from "./deploy/plan.ts";
import { rootSecret } from "./deploy/root-secret-file.ts";
import { rehearse, runPlan } from "./deploy/run-plan.ts";
import type { Step } from "./deploy/step.ts";
import { waitUntilReady } from "./deploy/wait-until-ready.ts";
import { argumentsOf, fail } from "./terminal.ts";
import { runWrangler } from "./wrangler.ts";

const { values } = argumentsOf({
  options: {
    env: { type: "string" },
    "dry-run": { type: "boolean", default: false },
    "upload-only": { type: "boolean", default: false },
    location: { type: "string" },
  },
});
const say = (line: string): void => console.log(line);

/** Names the commit in lists of versions; undefined outside a repository. */
function commit(): string | undefined {
  const { status, stdout } = spawnSync("git", ["describe", "--always", "--tags", "--dirty"], {
    encoding: "utf8",
  });
  return status === 0 ? stdout.trim() : undefined;
}

function dryRun({ placeholders, databases }: Installation, steps: readonly Step[]): void {
  const done = rehearse(steps, runWrangler, say);
  if (!done.ok) fail(done.error);
  say("- Wait until /health/ready is well");
  for (const { binding, migrations } of databases) {
    const files = readdirSync(migrations).filter((name) => name.endsWith(".sql"));
    say(`\nMigrations of ${binding}, of which those are applied that are missing:`);
    for (const file of files.sort()) say(`- ${file}`);
  }
  if (placeholders.length > 0) say(`\nNot before these are yours:\n${placeholders.join("\n")}`);
  say("\nNothing was changed.");
}

function runAndClean(steps: readonly Step[]): Result<null, string> {
  try {
    return runPlan(steps, runWrangler, say);
  } finally {
    rmSync(configFile, { force: true });
  }
}

async function deploy(
  installation: Installation,
  steps: readonly Step[],
  { uploadOnly }: Choices,
): Promise<void> {
  const { environment, issuer, placeholders } = installation;
  if (placeholders.length > 0) {
    const whose = `env.${environment} of wrangler.toml has addresses that are nobody's`;
    fail(`${whose}. Put your own in their place:\n${placeholders.join("\n")}`);
  }
  const done = runAndClean(steps);
  // Before what may fail: the next run finds the secret set, and says nothing of it.
  if (secret.isFromFile()) say(`\n${keepSecret(secretFile)}`);
  if (!done.ok) fail(`${done.error}\n\nNothing after that was done. Mend it and run this again.`);
  const surroundings = { fetcher: fetch, now: Date.now, sleep, say };
  const ready = uploadOnly ? done : await waitUntilReady(issuer, surroundings);
  if (!ready.ok) fail(`It is deployed. ${ready.error}\nWhat fails and why: docs/operations.md.`);
  say(`\n${nextSteps(installation, uploadOnly).join("\n")}`);
}

const read = readInstallation(values.env);
if (!read.ok) fail(read.error);
const installation = read.value;
const secretFile = `.auth-secrets.${installation.environment}`;
// Of two deployments at once, neither may remove the other's.
const configFile = `.wrangler.${installation.environment}.${process.pid}.json`;
const secret = rootSecret({
  // A secret that is not set in GitHub arrives as "".
  given: process.env["AUTH_SECRETS"] || undefined,
  isUnattended: process.env["CI"] !== undefined,
  file: secretFile,
});
const choices: Choices = {
  location: values.location,
  uploadOnly: values["upload-only"],
  message: commit(),
};
const steps = deploymentPlan(installation, choices, {
  rootSecret: secret,
  configure: (id) => writeDeployConfig(installation, id, configFile),
  configFile,
});
if (values["dry-run"]) dryRun(installation, steps);
else await deploy(installation, steps, choices);
