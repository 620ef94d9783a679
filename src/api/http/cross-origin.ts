import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { AppContext, AppEnv } from "./context.ts";

const answerOrigin = cors({
  origin: allowedOrigin,
  allowHeaders: ["Authorization", "Content-Type", "If-None-Match", "Traceparent", "X-Request-Id"],
  exposeHeaders: ["Allow", "ETag", "Retry-After", "WWW-Authenticate", "X-Request-Id"],
  // Cookies count with `?transport=cookie` alone (token-transport.ts).
  credentials: true,
  maxAge: 600,
});

/** What CORS says in the reply to a page's request (Fetch, section "HTTP responses"). */
export const CORS_REPLY_HEADERS: readonly string[] = [
  "access-control-allow-origin",
  "access-control-allow-credentials",
  "access-control-expose-headers",
];

/**
 * CORS for the configured origins. A request without an origin comes from no page and gets `Vary`
 * alone: Hono's middleware would copy its response twice.
 */
export const crossOrigin: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.req.header("origin") !== undefined) return answerOrigin(c, next);
  await next();
  c.res.headers.append("vary", "Origin");
};

function allowedOrigin(origin: string, c: AppContext): string | null {
  return c.get("services").config.corsOrigins.includes(origin) ? origin : null;
}
