import { Hono } from "hono";
import { etag } from "hono/etag";
import { JWKS_MAX_AGE } from "../../core/constants.ts";
import type { AppEnv } from "../context.ts";
import { access } from "../dependencies.ts";
import { problem } from "../errors.ts";
import { isProblemCode, PROBLEMS } from "../problems.ts";
import { openidMetadata, serverMetadata } from "../schemas/oauth.ts";

const CACHEABLE = { "cache-control": `public, max-age=${JWKS_MAX_AGE}` };

export const wellKnownRoutes = new Hono<AppEnv>()
  // RFC 7517, section 5.
  .get("/.well-known/jwks.json", access("public"), etag(), async (c) => {
    const jwks = await c.get("services").ring.jwks();
    return c.json(jwks, 200, CACHEABLE);
  })

  // RFC 8414, section 3.
  .get("/.well-known/oauth-authorization-server", access("public"), etag(), (c) =>
    c.json(serverMetadata(c.get("services").issuer), 200, CACHEABLE),
  )

  // OpenID Connect Discovery 1.0, section 4.
  .get("/.well-known/openid-configuration", access("public"), etag(), (c) => {
    return c.json(openidMetadata(c.get("services").issuer), 200, CACHEABLE);
  })

  /** What a problem's `type` points to (RFC 9457, section 3.1.1). */
  .get("/problems/:code", access("public"), (c) => {
    const code = c.req.param("code");
    return isProblemCode(code) ? c.json({ code, ...PROBLEMS[code] }) : problem(c, "not_found");
  });
