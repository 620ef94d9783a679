import type { Env } from "../env.ts";
import { servicesOf } from "../services.ts";
import { rotateSigningKeys } from "../use-cases/rotate-signing-keys.ts";

/** The cron trigger. It may run twice, late or never. */
export async function scheduled(_: ScheduledController, env: Env): Promise<void> {
  const services = servicesOf(env);
  if (services === "misconfigured") return;
  await rotateSigningKeys(services.rotation);
  services.ring.forget();
}
