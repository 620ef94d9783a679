/**
 * `npm run ops -- [--events N] [--env production] [--remote]`
 *
 * Shows the service at a glance: signing keys and what happens to them next, what waits in the feeds
 * and the outbox, dead letters, the last events by their ids, and whether the queues are there. It
 * ends with 0 where all is well, with 1 where something wants a look, and with 2 where it could not
 * look.
 */
import process from "node:process";
import { opsReport } from "./ops-report.ts";
import { readOpsState } from "./ops-state.ts";
import { queuesReport } from "./queue-info.ts";
import { serviceConfig } from "./service-config.ts";
import { argumentsOf, COULD_NOT_LOOK, fail } from "./terminal.ts";
import { TARGET_OPTIONS, targetOf, wranglerDatabase } from "./wrangler-d1.ts";

/** Events that can be shown, at most. */
const MOST = 1_000;

const { values } = argumentsOf(
  { options: { ...TARGET_OPTIONS, events: { type: "string", default: "10" } } },
  COULD_NOT_LOOK,
);
const limit = Number(values.events);
if (!Number.isInteger(limit) || limit < 0 || limit > MOST) {
  fail(`--events must be a whole number, ${MOST} at most.`, COULD_NOT_LOOK);
}
const target = targetOf(values);
try {
  const config = serviceConfig(target.environment);
  if (!config.ok) throw new Error(config.error);
  const databases = [wranglerDatabase(target), wranglerDatabase(target, "AUDIT_DB")] as const;
  const state = readOpsState(...databases, limit);
  const report = opsReport(state, config.value.signingKeys, Date.now());
  const queues = queuesReport(target);
  const wanting = [...report.wanting, ...queues.wanting];
  console.log([...report.lines, "", "Queue", ...queues.lines, ""].join("\n"));
  for (const text of wanting) console.log(`Look: ${text}`);
  if (queues.unknown.length > 0) {
    throw new Error(`What these queues have is not known: ${queues.unknown.join(", ")}`);
  }
  if (wanting.length === 0) console.log("Nothing wants a look.");
  process.exitCode = wanting.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = COULD_NOT_LOOK;
}
