import type { MiddlewareHandler } from "hono";
import { serverTiming } from "../../core/telemetry/observer.ts";
import type { Outcome } from "../../core/telemetry/request-line.ts";
import { servicesOf } from "../../services.ts";
import type { AppContext, AppEnv } from "./context.ts";

/** Tells of each request when its reply is there; a service that is not configured has told enough. */
export const observed: MiddlewareHandler<AppEnv> = async (c, next) => {
  const services = servicesOf(c.env);
  if (services === "misconfigured") return next();
  const begun = {
    requestId: c.get("requestId"),
    traceparent: c.req.header("traceparent"),
    method: c.req.method,
  };
  const work = async (): Promise<void> => {
    await next();
    if (services.config.serverTiming) c.res.headers.set("server-timing", serverTiming());
  };
  return services.observe(begun, work, () => outcomeOf(c));
};

/** A path may hold anything, so what matched no route has none. */
function outcomeOf(c: AppContext): Outcome {
  const { status } = c.res;
  const code = c.get("problemCode") ?? `status_${status}`;
  return { route: c.get("route") ?? "none", status, outcome: status < 400 ? "ok" : code };
}
