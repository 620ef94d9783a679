/**
 * `node hosts/workerd.ts <specification.json>`: Workers on the real runtime, by Miniflare's API,
 * each with a socket of its own and no proxy before it. Prints one line: `{"origins": {name: URL}}`.
 */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import type { WorkerdSpecification } from "../servers/server.ts";

const [file = ""] = process.argv.slice(2);
const { persist, workers, seed }: WorkerdSpecification = JSON.parse(readFileSync(file, "utf8"));

const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    resourcePersistencePath: persist,
    workers: workers.map(({ script, ...worker }) => ({
      ...worker,
      modules: [{ type: "ESModule" as const, path: script }],
      modulesRoot: dirname(script),
      unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
    })),
  }),
);
await miniflare.ready;

for (const { worker, binding, statements } of seed) {
  const database = await miniflare.getD1Database(binding, worker);
  for (const statement of statements) await database.prepare(statement).run();
}

const origins: Record<string, string> = {};
for (const { name } of workers) origins[name] = (await miniflare.unsafeGetDirectURL(name)).origin;
console.log(JSON.stringify({ origins }));

process.on("SIGTERM", () => void miniflare.dispose().then(() => process.exit(0)));
