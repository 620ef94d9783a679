import type { MiddlewareHandler } from "hono";
import { etag, RETAINED_304_HEADERS } from "hono/etag";
import { JWKS_MAX_AGE } from "../../core/config/constants.ts";
import type { AppEnv } from "./context.ts";
import { CORS_REPLY_HEADERS } from "./cross-origin.ts";

export const CACHEABLE = { "cache-control": `public, max-age=${JWKS_MAX_AGE}` };

/** A 304 keeps the CORS headers, so that a page may read it like the reply that it stands for. */
export const validated = etag({
  retainedHeaders: [...RETAINED_304_HEADERS, ...CORS_REPLY_HEADERS],
});

/** For replies that set their own tag: only a request that names one is compared with it. */
export const conditional: MiddlewareHandler<AppEnv> = (c, next) =>
  c.req.header("if-none-match") === undefined ? next() : validated(c, next);
