import { dirname } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import type { WorkerdSpecification } from "../servers/server.ts";

export type Workers = {
  readonly miniflare: Miniflare;
  /** By the Worker's name. */
  readonly origins: Readonly<Record<string, string>>;
};

/**
 * Workers on the real runtime, by Miniflare's API, each with a socket of its own and no proxy
 * before it, over the seeded databases.
 */
export async function startWorkers(
  { persist, workers, seed }: WorkerdSpecification,
  options: { readonly inspectorPort?: number } = {},
): Promise<Workers> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...options,
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
  return { miniflare, origins };
}
