import * as z from "zod";
import { err, ok, type Result } from "../../src/domain/result.ts";
import { arrayIn } from "../wrangler.ts";
import type { Database, Installation } from "./installation.ts";
import { failure, type Step, unexpected, type Wrangler } from "./step.ts";

/**
 * @param location where the primary shall be, as wrangler names it; near whoever makes it when
 *   undefined
 */
export function makeDatabase(
  { name, id }: Database,
  { environment }: Installation,
  location: string | undefined,
): Step {
  const place = location === undefined ? [] : ["--location", location];
  return {
    title: `Make the D1 database ${name}`,
    command: ["d1", "create", name, ...place, "--env", environment],
    isNeeded(wrangler) {
      if (id !== undefined) return ok(false);
      const databases = listed(wrangler, ["d1", "list", "--json", "--env", environment], named);
      return databases.ok ? ok(!databases.value.some((one) => one.name === name)) : databases;
    },
  };
}

/** Wrangler would make it by itself, but not again after a deployment that broke off. */
export const makeNamespace = (installation: Installation): Step => ({
  title: `Make the KV namespace ${installation.cache.titles[0]}`,
  command: [
    ...["kv", "namespace", "create", installation.cache.name],
    ...["--env", installation.environment],
  ],
  isNeeded(wrangler) {
    const found = namespaceId(installation, wrangler);
    return found.ok ? ok(found.value === null) : found;
  },
});

/** @returns null where there is no such namespace */
export function namespaceId(
  { cache: { id, titles }, environment }: Installation,
  wrangler: Wrangler,
): Result<string | null, string> {
  if (id !== undefined) return ok(id);
  const namespaces = listed(wrangler, ["kv", "namespace", "list", "--env", environment], titled);
  if (!namespaces.ok) return namespaces;
  return ok(namespaces.value.find(({ title }) => titles.includes(title))?.id ?? null);
}

export const makeQueue = (queue: string, { environment }: Installation): Step => ({
  title: `Make the queue ${queue}`,
  command: ["queues", "create", queue, "--env", environment],
  isNeeded(wrangler) {
    // The list of queues has pages, and no form that a program reads.
    const args = ["queues", "info", queue, "--env", environment];
    const output = wrangler(args);
    if (output.status === 0) return ok(false);
    const isMissing = output.stderr.includes(`Queue "${queue}" does not exist`);
    return isMissing ? ok(true) : err(failure(args, output));
  },
});

const named = z.array(z.object({ name: z.string() }));
const titled = z.array(z.object({ title: z.string(), id: z.string() }));

/** What wrangler lists as JSON. */
export function listed<T>(
  wrangler: Wrangler,
  args: readonly string[],
  shape: z.ZodType<T>,
): Result<T, string> {
  const output = wrangler(args);
  if (output.status !== 0) return err(failure(args, output));
  const read = shape.safeParse(arrayIn(output.stdout));
  return read.success ? ok(read.data) : err(unexpected(args, output));
}
