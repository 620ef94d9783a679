import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "./context.ts";

/** What a caller may name its request: it stands in our logs and in the reply. */
const REQUEST_ID = /^[\w=-]{1,64}$/;

/** Of replies that are no page (page.ts has its own). */
const NOTHING_TO_SHOW =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** OWASP REST Security Cheat Sheet, section "Security Headers"; a year of TLS: ASVS 3.4.1. */
export const SECURITY_HEADERS = Object.entries({
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
});

/**
 * What every reply carries: the id of its request, and that it must not be kept (RFC 6749, section
 * 5.1) unless it says otherwise itself. In one step, once the reply is there: the libraries' own
 * middleware for each of these costs a hot path three times as much (docs/performance.md).
 */
export const envelope: MiddlewareHandler<AppEnv> = async (c, next) => {
  const given = c.req.header("x-request-id");
  const isGood = given !== undefined && REQUEST_ID.test(given);
  c.set("requestId", isGood ? given : crypto.randomUUID());
  await next();
  const { headers } = c.res;
  headers.set("x-request-id", c.get("requestId"));
  for (const [name, value] of SECURITY_HEADERS) headers.set(name, value);
  if (!headers.has("content-security-policy"))
    headers.set("content-security-policy", NOTHING_TO_SHOW);
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
};
