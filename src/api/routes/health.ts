import { Hono } from "hono";
import { RETRY_AFTER_OUTAGE } from "../../core/constants.ts";
import { errorDetails } from "../../core/logging.ts";
import { checkHealth } from "../../use-cases/check-health.ts";
import type { AppEnv } from "../context.ts";
import { access } from "../dependencies.ts";

/** Answers whatever the configuration: it says only that the code runs. */
export const livenessRoute = new Hono<AppEnv>().get("/health/live", access("public"), (c) =>
  c.json({ status: "ok" }),
);

export const readinessRoute = new Hono<AppEnv>().get(
  "/health/ready",
  access("public"),
  async (c) => {
    const { probes, clock, log } = c.get("services");
    const requestId = c.get("requestId");
    const health = await checkHealth(probes, clock, (dependency, error) =>
      log.error({ event: "dependency_failed", requestId, dependency, ...errorDetails(error) }),
    );
    if (health.status === "ok") return c.json(health);
    c.header("retry-after", String(RETRY_AFTER_OUTAGE));
    return c.json(health, 503);
  },
);
