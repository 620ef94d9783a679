import { stripVTControlCharacters } from "node:util";
import { unstable_readConfig } from "wrangler";
import * as z from "zod";
import { type Output, runWrangler } from "./wrangler.ts";
import type { Target } from "./wrangler-d1.ts";

/**
 * @property lines for the terminal
 * @property wanting what an operator should look into
 * @property unknown the queues of which wrangler did not tell
 */
export type QueuesReport = {
  readonly lines: readonly string[];
  readonly wanting: readonly string[];
  readonly unknown: readonly string[];
};

/**
 * Whether the queues of an environment are there and have whom they need, in wrangler's own words.
 * Their depth it does not tell. What fails here does not keep the rest from an operator.
 */
export function queuesReport({ environment, remote }: Target): QueuesReport {
  if (!remote) return { lines: [LOCAL], wanting: [], unknown: [] };
  const config = unstable_readConfig({ config: "wrangler.toml", env: environment });
  const chosen = environment === undefined ? [] : ["--env", environment];
  const reports = consumers
    .parse(config)
    .queues.consumers.map(({ queue }) =>
      queueReport(queue, runWrangler(["queues", "info", queue, ...chosen])),
    );
  return {
    lines: reports.flatMap(({ lines }) => lines),
    wanting: reports.flatMap(({ wanting }) => wanting),
    unknown: reports.flatMap(({ unknown }) => unknown),
  };
}

const LOCAL = "  the local one keeps its messages to itself; --remote shows those at Cloudflare";

const consumers = z.object({
  queues: z.object({ consumers: z.array(z.object({ queue: z.string() })) }),
});

/** @param output of `wrangler queues info` */
export function queueReport(queue: string, { status, stdout, stderr }: Output): QueuesReport {
  const said = stripVTControlCharacters(status === 0 ? stdout : stdout + stderr);
  const lines = said
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !BANNER.test(line));
  const shown = [`  ${queue}`, ...lines.map((line) => `    ${line}`)];
  if (status !== 0 && said.includes(`Queue "${queue}" does not exist`)) {
    return { lines: shown, wanting: [`the queue ${queue} is missing: ${MEND}`], unknown: [] };
  }
  const [, count] = /^Number of Consumers: (\d+)$/m.exec(said) ?? [];
  if (status !== 0 || count === undefined) return { lines: shown, wanting: [], unknown: [queue] };
  const wanting = count === "0" ? [`the queue ${queue} has no consumer: ${MEND}`] : [];
  return { lines: shown, wanting, unknown: [] };
}

const MEND = "`npm run deploy` makes it, docs/deploying.md";

/** What wrangler puts above each answer. */
const BANNER = /^⛅️|^─+$/;
