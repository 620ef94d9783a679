import type { MiddlewareHandler } from "hono";
import { servicesOf } from "../../services.ts";
import type { AppEnv } from "./context.ts";
import { problem } from "./errors.ts";

/** Gives every route the services, or refuses to serve with a wrong configuration. */
export const withServices: MiddlewareHandler<AppEnv> = async (c, next) => {
  const services = servicesOf(c.env);
  if (services === "misconfigured") return problem(c, "misconfigured", { retryAfter: 60 });
  c.set("services", services);
  return next();
};
