import { parseArgs } from "node:util";
import { FEED_CRON, KEYS_CRON } from "../src/core/config/constants.ts";

const MINUTE = 60_000;

/** Options of `wrangler dev` that say where it listens. */
const OPTIONS = { port: { type: "string" }, ip: { type: "string" } } as const;

/**
 * Runs the crons on the minute, as the platform does, through the handler of `wrangler dev`, which
 * runs none by itself. Failures are silent, since the service may not listen yet; it logs what a
 * run does.
 */
export function runCrons(args: readonly string[]): void {
  // Not strict: the other options are wrangler's to judge.
  const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: false });
  const { ip = "localhost", port = "8787" } = values;
  const handler = `http://${ip}:${port}/cdn-cgi/handler/scheduled`;
  const run = () => {
    for (const cron of [FEED_CRON, KEYS_CRON].filter(isDue)) {
      fetch(`${handler}?${new URLSearchParams({ cron })}`).catch(() => undefined);
    }
    wait();
  };
  const wait = () => setTimeout(run, MINUTE - (Date.now() % MINUTE)).unref();
  wait();
}

/** Knows two kinds of crons: every minute, and one minute of every hour. */
function isDue(cron: string): boolean {
  const [minute] = cron.split(" ");
  return minute === "*" || Number(minute) === new Date().getUTCMinutes();
}
