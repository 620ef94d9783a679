import { err, ok, type Result } from "../../src/domain/result.ts";
import { lookForAccount } from "./account.ts";
import type { Installation } from "./installation.ts";
import { makeDatabase, makeNamespace, makeQueue, namespaceId } from "./resources.ts";
import { lookForRollout } from "./rollout.ts";
import type { RootSecret } from "./root-secret-file.ts";
import { lookForRootSecret, lookForSecrets, setRootSecret } from "./secrets.ts";
import { failure, type Step } from "./step.ts";

/** What the operator chose. */
export type Choices = {
  /** Where new databases have their primary. */
  readonly location: string | undefined;
  /** The version is uploaded, and serves nobody yet. */
  readonly uploadOnly: boolean;
  /** What the version is called in lists. */
  readonly message: string | undefined;
};

/** What a plan needs beside wrangler. */
export type Surroundings = {
  readonly rootSecret: RootSecret;
  /**
   * Writes the configuration for one deployment.
   *
   * @param id of the KV namespace
   * @returns where wrangler finds it
   */
  configure(id: string): void;
  /** Where that is, if there is need for it. */
  readonly configFile: string;
};

/**
 * The steps in their order. Everything that can be refused is asked before anything is changed; the
 * databases are migrated before the code, since old code runs on new tables and not the other way.
 */
export function deploymentPlan(
  installation: Installation,
  choices: Choices,
  surroundings: Surroundings,
): Step[] {
  const { databases, queues } = installation;
  return [
    build(installation),
    lookForAccount(installation),
    ...(choices.uploadOnly ? [] : [lookForRollout(installation)]),
    ...lookForSecrets(installation),
    lookForRootSecret(installation, surroundings.rootSecret),
    ...databases.map((database) => makeDatabase(database, installation, choices.location)),
    makeNamespace(installation),
    ...queues.map((queue) => makeQueue(queue, installation)),
    ...databases.map(({ binding }) => migrate(binding, installation)),
    setRootSecret(installation, surroundings.rootSecret),
    upload(installation, choices, surroundings),
  ];
}

const always = (): Result<boolean, string> => ok(true);

const build = ({ environment }: Installation): Step => ({
  title: "Build the Worker",
  command: ["deploy", "--dry-run", "--env", environment],
  isLocal: true,
  isNeeded: always,
});

const migrate = (binding: string, { environment }: Installation): Step => ({
  title: `Migrate ${binding}`,
  command: ["d1", "migrations", "apply", binding, "--remote", "--env", environment],
  isNeeded(wrangler) {
    const args = ["d1", "migrations", "list", binding, "--remote", "--env", environment];
    const output = wrangler(args);
    if (output.status !== 0) return err(failure(args, output));
    return ok(!output.stdout.includes("No migrations to apply"));
  },
});

function upload(
  installation: Installation,
  { uploadOnly, message }: Choices,
  { configure, configFile }: Surroundings,
): Step {
  const { environment, cache } = installation;
  const said = message === undefined ? [] : ["--message", message];
  const config = cache.id === undefined ? ["--config", configFile] : [];
  return {
    title: uploadOnly ? "Upload a version that serves nobody yet" : "Deploy",
    command: [
      ...(uploadOnly ? ["versions", "upload"] : ["deploy"]),
      ...["--env", environment, ...config, ...said],
    ],
    shown: /Version ID/,
    isNeeded: always,
    prepare(wrangler) {
      if (cache.id !== undefined) return ok("");
      const id = namespaceId(installation, wrangler);
      if (!id.ok) return id;
      if (id.value === null) return err(`${cache.name} is not listed yet: run this again.`);
      configure(id.value);
      return ok("");
    },
  };
}
