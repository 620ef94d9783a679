import { stripVTControlCharacters } from "node:util";
import { unstable_readConfig } from "wrangler";
import * as z from "zod";
import { runWrangler } from "./wrangler.ts";
import type { Target } from "./wrangler-d1.ts";

/**
 * Whether the queues of an environment are there and have whom they need, in wrangler's own words.
 * Their depth it does not tell. What fails here does not keep the rest from an operator.
 */
export function queueLines({ environment, remote }: Target): string[] {
  if (!remote)
    return ["  the local one keeps its messages to itself; --remote shows those at Cloudflare"];
  const config = unstable_readConfig({ config: "wrangler.toml", env: environment });
  return consumers
    .parse(config)
    .queues.consumers.flatMap(({ queue }) => infoOf(queue, environment));
}

const consumers = z.object({
  queues: z.object({ consumers: z.array(z.object({ queue: z.string() })) }),
});

function infoOf(queue: string, environment: string | undefined): string[] {
  const chosen = environment === undefined ? [] : ["--env", environment];
  const { status, stdout, stderr } = runWrangler(["queues", "info", queue, ...chosen]);
  const said = stripVTControlCharacters(status === 0 ? stdout : stdout + stderr).split("\n");
  const lines = said.map((line) => line.trim()).filter((line) => line !== "" && !BANNER.test(line));
  return [`  ${queue}`, ...lines.map((line) => `    ${line}`)];
}

/** What wrangler puts above each answer. */
const BANNER = /^⛅️|^─+$/;
