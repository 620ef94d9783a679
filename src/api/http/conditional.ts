import type { MiddlewareHandler } from "hono";
import { etag, RETAINED_304_HEADERS } from "hono/etag";
import { JWKS_MAX_AGE } from "../../core/config/constants.ts";
import type { AppEnv } from "./context.ts";
import { CORS_REPLY_HEADERS } from "./cross-origin.ts";

export const CACHEABLE = { "cache-control": `public, max-age=${JWKS_MAX_AGE}` };

/** A page's reader sees of a 304 what CORS lets it see, as of the reply that it stands for. */
export const validated = etag({
  retainedHeaders: [...RETAINED_304_HEADERS, ...CORS_REPLY_HEADERS],
});

/** Where the tag is set already, only a request that names one has to be compared with it. */
export const conditional: MiddlewareHandler<AppEnv> = (c, next) =>
  c.req.header("if-none-match") === undefined ? next() : validated(c, next);
