import { writeFileSync } from "node:fs";
import { experimental_readRawConfig } from "wrangler";
import type { Installation } from "./installation.ts";

/**
 * Writes wrangler's configuration with the id of the KV namespace in it, for one deployment. In
 * wrangler.toml itself it would be a change that nobody asked for, and that a job in CI loses.
 *
 * @param file beside wrangler.toml, since its paths are relative
 */
export function writeDeployConfig(
  { environment, cache }: Installation,
  id: string,
  file: string,
): void {
  const { rawConfig } = experimental_readRawConfig({ config: "wrangler.toml" });
  const namespaces = [{ binding: cache.binding, id }];
  const env = {
    ...rawConfig.env,
    [environment]: { ...rawConfig.env?.[environment], kv_namespaces: namespaces },
  };
  writeFileSync(file, JSON.stringify({ ...rawConfig, env }, null, 2));
}
