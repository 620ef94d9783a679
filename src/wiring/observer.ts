import type { Env } from "../bindings.ts";
import type { Config } from "../core/config/config.ts";
import { analyticsMetrics } from "../core/telemetry/metrics.ts";
import { observing } from "../core/telemetry/observer.ts";
import type { Outside } from "./outside.ts";

/** What tells an operator of each request, and counts what happened. */
export function wireObserver(
  env: Pick<Env, "METRICS">,
  { requestLog }: Config,
  { clock, log, newUuid }: Outside,
) {
  const metrics = analyticsMetrics(env.METRICS);
  return { metrics, observe: observing({ clock, newUuid, log, metrics, requestLog }) };
}
