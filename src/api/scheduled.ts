import { errorDetails } from "../core/logging.ts";
import { SYSTEM } from "../domain/access/actor.ts";
import type { Env } from "../env.ts";
import { servicesOf } from "../services.ts";

/** The cron trigger. It may run twice, late or never; a run that fails says so. */
export async function scheduled(_: ScheduledController, env: Env): Promise<void> {
  const services = servicesOf(env);
  if (services === "misconfigured") return;
  try {
    await services.keys.rotateSigningKeys(SYSTEM, false);
  } catch (error) {
    services.log.error({ event: "cron_failed", ...errorDetails(error) });
    throw error;
  }
}
