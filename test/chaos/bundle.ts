import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { toolEnv } from "../support/dev-server.ts";

const ROOT = join(import.meta.dirname, "../..");

/** The service in its wrapper, built as it is deployed. @returns the script */
export function bundle(directory: string): string {
  mkdirSync(directory, { recursive: true });
  const entry = join(import.meta.dirname, "worker.ts");
  const { status, stdout, stderr } = spawnSync(
    join(ROOT, "node_modules/.bin/wrangler"),
    ["deploy", entry, "--config", join(ROOT, "wrangler.toml"), "--dry-run", "--outdir", directory],
    { encoding: "utf8", cwd: ROOT, env: toolEnv(directory) },
  );
  if (status !== 0) throw new Error(`it does not build:\n${stdout}${stderr}`);
  return join(directory, "worker.js");
}
