import { Hono } from "hono";
import { RETRY_AFTER_OUTAGE } from "../../core/config/constants.ts";
import { access } from "../http/access.ts";
import type { AppEnv } from "../http/context.ts";

/** Answers whatever the configuration: it says only that the code runs. */
export const livenessRoute = new Hono<AppEnv>().get("/health/live", access("public"), (c) =>
  c.json({ status: "ok" }),
);

export const readinessRoute = new Hono<AppEnv>().get(
  "/health/ready",
  access("public"),
  async (c) => {
    const health = await c.get("services").readiness(c.get("requestId"));
    if (health.status === "ok") return c.json(health);
    c.header("retry-after", String(RETRY_AFTER_OUTAGE));
    return c.json(health, 503);
  },
);
