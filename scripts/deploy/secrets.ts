import * as z from "zod";
import { err, ok, type Result } from "../../src/domain/result.ts";
import type { Installation } from "./installation.ts";
import { listed } from "./resources.ts";
import type { RootSecret } from "./root-secret-file.ts";
import { failure, type Step, type Wrangler } from "./step.ts";

const ROOT_SECRET = "AUTH_SECRETS";

/** Secrets that only the operator knows, such as the key of a mail API. */
export function lookForSecrets({ environment, secrets }: Installation): Step[] {
  const foreign = secrets.filter((name) => name !== ROOT_SECRET);
  if (foreign.length === 0) return [];
  return [
    {
      title: `Look whether these secrets are set: ${foreign.join(", ")}`,
      command: null,
      isNeeded(wrangler) {
        const set = secretsSet(environment, wrangler);
        if (!set.ok) return set;
        const missing = foreign.filter((name) => !set.value.includes(name));
        const puts = missing.map((name) => `npx wrangler secret put ${name} --env ${environment}`);
        return missing.length === 0 ? ok(false) : err(`Set what is missing:\n${puts.join("\n")}`);
      },
    },
  ];
}

/** Before anything is made, where it is the operator who must give it or give it right. */
export const lookForRootSecret = ({ environment }: Installation, secret: RootSecret): Step => ({
  title: `Look whether ${ROOT_SECRET} is set or can be`,
  command: null,
  isNeeded(wrangler) {
    const set = secretsSet(environment, wrangler);
    if (!set.ok) return set;
    const can = set.value.includes(ROOT_SECRET) ? ok(null) : secret.check();
    return can.ok ? ok(false) : can;
  },
});

/**
 * Sets the root secret where there is none. One that is there is never replaced, and none is made
 * where the database holds keys that another one wrapped: they could not be read any more.
 */
export const setRootSecret = ({ environment }: Installation, secret: RootSecret): Step => ({
  title: `Set the secret ${ROOT_SECRET}`,
  command: ["secret", "put", ROOT_SECRET, "--env", environment],
  isNeeded(wrangler) {
    const set = secretsSet(environment, wrangler);
    return set.ok ? ok(!set.value.includes(ROOT_SECRET)) : set;
  },
  prepare(wrangler) {
    const keys = countKeys(environment, wrangler);
    if (!keys.ok) return keys;
    if (keys.value === 0 || secret.isGiven) return secret.value();
    return err(
      `the database has ${keys.value} signing keys, so there was a secret. Set the same again, in the variable ${ROOT_SECRET} of this command or with: npx wrangler secret put ${ROOT_SECRET} --env ${environment}`,
    );
  },
});

const named = z.array(z.object({ name: z.string() }));

/** @returns the names of those that the Worker has; of a Worker that is not there yet, none */
function secretsSet(environment: string, wrangler: Wrangler): Result<string[], string> {
  const args = ["secret", "list", "--env", environment];
  const output = wrangler(args);
  if (output.status !== 0) {
    const isNew = /Worker "[^"]+" \(env: [^)]+\) not found/.test(output.stderr);
    return isNew ? ok([]) : err(failure(args, output));
  }
  const secrets = listed(() => output, args, named);
  return secrets.ok ? ok(secrets.value.map(({ name }) => name)) : secrets;
}

const counted = z.tuple([
  z.object({ results: z.tuple([z.object({ keys: z.int().nonnegative() })]) }),
]);

function countKeys(environment: string, wrangler: Wrangler): Result<number, string> {
  const query = "select count(*) as keys from signing_keys";
  const options = ["--env", environment, "--remote", "--yes", "--json"];
  const rows = listed(wrangler, ["d1", "execute", "DB", ...options, "--command", query], counted);
  return rows.ok ? ok(rows.value[0].results[0].keys) : rows;
}
