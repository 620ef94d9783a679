import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { Bundles } from "./servers/server.ts";

const ROOT = join(import.meta.dirname, "..");
const WORKERS = join(import.meta.dirname, "workers");
/** The benchmark's own wrangler comes first. */
const PATH = `${join(import.meta.dirname, "node_modules/.bin")}:${process.env["PATH"]}`;

/**
 * The product as it is deployed, by its own wrangler.toml; then every Worker of the benchmark.
 *
 * @param options further ones of wrangler's
 */
export function build(
  directory: string,
  workers: readonly string[],
  options: readonly string[] = [],
): Bundles {
  const bundles = new Map<string, string>();
  for (const name of workers) {
    const out = join(directory, name);
    mkdirSync(out, { recursive: true });
    const source =
      name === "auth-service"
        ? ["--config", join(ROOT, "wrangler.toml")]
        : [join(WORKERS, `${name}.ts`), "--name", name, "--config", join(WORKERS, "wrangler.toml")];
    const { status, stderr, stdout } = spawnSync(
      "wrangler",
      ["deploy", ...source, ...options, "--dry-run", "--outdir", out],
      { encoding: "utf8", env: { ...process.env, PATH, CI: "1", WRANGLER_SEND_METRICS: "false" } },
    );
    if (status !== 0) throw new Error(`${name} does not build:\n${stdout}${stderr}`);
    bundles.set(name, join(out, name === "auth-service" ? "index.js" : `${name}.js`));
  }
  return bundles;
}
