/**
 * `node servers/workerd.ts <specification.json>`: Workers on the real runtime, in a process of
 * their own. Prints one line once they answer: `{"origins": {name: URL}}`, and
 * the inspector's host with its port where it is asked for.
 */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import type { Workers } from "./server.ts";

/** And the directory of D1's, KV's and the objects' files. */
type Specification = Workers & { readonly persist: string };

/** As wrangler.toml has it, for every Worker here, peers too. */
const COMPATIBILITY = {
  compatibilityDate: "2026-11-01",
  compatibilityFlags: ["nodejs_compat"],
};

/** By Miniflare's API: each Worker has a socket of its own and no proxy before it. */
export async function startWorkers(
  { persist, workers, seed = {} }: Specification,
  options: { readonly inspectorPort?: number } = {},
): Promise<{ miniflare: Miniflare; origins: Record<string, string> }> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...options,
      resourcePersistencePath: persist,
      workers: workers.map(({ script, ...worker }) => ({
        ...COMPATIBILITY,
        ...worker,
        modules: [{ type: "ESModule" as const, path: script }],
        modulesRoot: dirname(script),
        unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
      })),
    }),
  );
  await miniflare.ready;
  for (const [binding, statements] of Object.entries(seed)) {
    const database = await miniflare.getD1Database(binding, workers[0]?.name);
    for (const statement of statements) await database.prepare(statement).run();
  }
  const origins: Record<string, string> = {};
  for (const { name } of workers) {
    origins[name] = (await miniflare.unsafeGetDirectURL(name)).origin;
    origins["main"] ??= origins[name];
  }
  return { miniflare, origins };
}

if (import.meta.main) {
  const [file = ""] = process.argv.slice(2);
  const specification: Specification = JSON.parse(readFileSync(file, "utf8"));
  const { inspected = false } = specification;
  const options = inspected ? { inspectorPort: 0 } : {};
  const { miniflare, origins } = await startWorkers(specification, options);
  const inspector = inspected ? (await miniflare.getInspectorURL()).host : undefined;
  console.log(JSON.stringify({ origins, inspector }));
  process.on("SIGTERM", () => void miniflare.dispose().then(() => process.exit(0)));
}
