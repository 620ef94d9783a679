import type { Env } from "../bindings.ts";
import { FEED_CRON, type FEED_JOBS, KEYS_CRON } from "../core/config/constants.ts";
import { errorDetails, type Log } from "../core/logging.ts";
import { SYSTEM } from "../domain/access/actor.ts";
import type { Ok } from "../domain/result.ts";
import { type Services, servicesOf } from "../services.ts";
import type { CatchUpProgress } from "../use-cases/tell-each.ts";

type Job = (services: Services) => Promise<void>;

/** Of the cron of a minute: each has a share of what an invocation may do. */
const FEED: Readonly<Record<keyof typeof FEED_JOBS, Job>> = {
  workOffChangeFeed,
  workOffProgramFeed,
  sendRecordEvents,
  finishErasures,
  purgeEvents,
  purgeMails,
  forgetDeadRequests,
  removeUnverified,
};

/** Each with its cron, as wrangler.toml spells it. */
const JOBS: readonly { readonly cron: string; readonly run: Job }[] = [
  ...Object.values(FEED).map((run) => ({ cron: FEED_CRON, run })),
  { cron: KEYS_CRON, run: rotateKeys },
];

/**
 * The cron triggers. One may run twice, late or never; a run that fails says so. An unknown cron
 * runs every job, so that respelling one does not stop its job.
 */
export async function scheduled({ cron }: ScheduledController, env: Env): Promise<void> {
  const services = servicesOf(env);
  if (services === "misconfigured") return;
  const due = JOBS.filter((job) => job.cron === cron);
  const jobs = due.length === 0 ? JOBS : due;
  const [failure] = await services.observe(
    { method: "CRON" },
    () => runAll(services, jobs),
    (failures) => ({ route: cron, outcome: failures.length === 0 ? "ok" : "failed" }),
  );
  if (failure !== undefined) throw failure.reason;
}

/** @returns those that failed */
async function runAll(
  services: Services,
  jobs: readonly { readonly run: Job }[],
): Promise<PromiseRejectedResult[]> {
  const outcomes = await Promise.allSettled(jobs.map(({ run }) => run(services)));
  const failures = outcomes.filter((outcome) => outcome.status === "rejected");
  for (const { reason } of failures) {
    services.log.error({ event: "cron_failed", ...errorDetails(reason) });
  }
  return failures;
}

async function workOffChangeFeed({ accounts, log }: Services): Promise<void> {
  logProgress(log, "accounts_caught_up", await accounts.workOffChangeFeed(SYSTEM));
}

async function workOffProgramFeed({ clients, log }: Services): Promise<void> {
  logProgress(log, "service_accounts_caught_up", await clients.workOffProgramFeed(SYSTEM));
}

function logProgress(
  log: Log,
  event: "accounts_caught_up" | "service_accounts_caught_up",
  { value: progress }: Ok<CatchUpProgress>,
): void {
  if (progress.caughtUp + progress.failed > 0) log.info({ event, ...progress });
}

async function sendRecordEvents({ events }: Services): Promise<void> {
  await events.sendRecordEvents(SYSTEM);
}

async function finishErasures({ events }: Services): Promise<void> {
  await events.finishErasures(SYSTEM);
}

async function purgeEvents({ events }: Services): Promise<void> {
  await events.purgeEvents(SYSTEM);
}

async function purgeMails({ accountFlows }: Services): Promise<void> {
  await accountFlows.purgeMails(SYSTEM);
}

async function forgetDeadRequests({ accountFlows }: Services): Promise<void> {
  await accountFlows.forgetDeadRequests(SYSTEM);
}

async function removeUnverified({ accountFlows }: Services): Promise<void> {
  await accountFlows.removeUnverified(SYSTEM);
}

async function rotateKeys({ keys }: Services): Promise<void> {
  await keys.rotateSigningKeys(SYSTEM, false);
}
