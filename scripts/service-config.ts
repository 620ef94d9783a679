import { unstable_readConfig } from "wrangler";
import { type Config, parseConfig } from "../src/core/config/config.ts";
import { err, ok, type Result } from "../src/domain/result.ts";
import { newRootSecret } from "./root-secret.ts";

/**
 * The configuration as the service of an environment reads it from wrangler.toml. Its secrets are
 * made up, since the real ones are not needed here.
 *
 * @param environment the development one when undefined, unless CLOUDFLARE_ENV names another
 * @returns the configuration, or what is wrong with it, for the operator
 */
export function serviceConfig(environment: string | undefined): Result<Config, string> {
  try {
    const { vars, secrets } = unstable_readConfig({ config: "wrangler.toml", env: environment });
    const names = ["AUTH_SECRETS", ...(secrets?.required ?? [])];
    const madeUp = names.map((name) => [name, newRootSecret()]);
    const parsed = parseConfig({ ...vars, ...Object.fromEntries(madeUp) });
    if (parsed.ok) return ok(parsed.value);
    return err(
      `The service would not run with these vars of wrangler.toml:\n${parsed.problems.join("\n")}`,
    );
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}
