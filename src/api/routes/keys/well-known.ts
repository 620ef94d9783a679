import { sha256 } from "@noble/hashes/sha2.js";
import { Hono, type MiddlewareHandler } from "hono";
import { etag, RETAINED_304_HEADERS } from "hono/etag";
import { JWKS_MAX_AGE } from "../../../core/config/constants.ts";
import { toBase64Url, utf8 } from "../../../core/security/encoding.ts";
import type { Jwks } from "../../../use-cases/keys/ports.ts";
import { access } from "../../http/access.ts";
import type { AppEnv } from "../../http/context.ts";
import { CORS_REPLY_HEADERS } from "../../http/cross-origin.ts";
import { problem } from "../../http/errors.ts";
import { isProblemCode, PROBLEMS } from "../../http/problems.ts";
import { openidMetadata, serverMetadata } from "../../oauth/wire.ts";

const CACHEABLE = { "cache-control": `public, max-age=${JWKS_MAX_AGE}` };

/** Tags by key set: the key ring returns the same object while its copy is young. */
const tags = new WeakMap<Jwks, string>();

/** A strong validator (RFC 9110, section 8.8.3). */
function tagOf(jwks: Jwks): string {
  const known = tags.get(jwks);
  if (known !== undefined) return known;
  const tag = `"${toBase64Url(sha256(utf8(JSON.stringify(jwks))))}"`;
  tags.set(jwks, tag);
  return tag;
}

/** A 304 keeps the CORS headers, so that a page can read it as the reply that it stands for. */
const validated = etag({ retainedHeaders: [...RETAINED_304_HEADERS, ...CORS_REPLY_HEADERS] });

/** The tag is set already, so only a request that names one has to be compared. */
const conditional: MiddlewareHandler<AppEnv> = (c, next) =>
  c.req.header("if-none-match") === undefined ? next() : validated(c, next);

export const wellKnownRoutes = new Hono<AppEnv>()
  // RFC 7517, section 5.
  .get("/.well-known/jwks.json", access("public"), conditional, async (c) => {
    const jwks = await c.get("services").ring.jwks();
    return c.json(jwks, 200, { ...CACHEABLE, etag: tagOf(jwks) });
  })

  // RFC 8414, section 3.
  .get("/.well-known/oauth-authorization-server", access("public"), validated, (c) =>
    c.json(serverMetadata(c.get("services").issuer), 200, CACHEABLE),
  )

  // OpenID Connect Discovery 1.0, section 4.
  .get("/.well-known/openid-configuration", access("public"), validated, async (c) => {
    const { issuer, ring, config } = c.get("services");
    const published = (await ring.jwks()).keys.map(({ alg }) => alg);
    const algorithms = [...new Set([config.signingKeys.alg, ...published])];
    return c.json(openidMetadata(issuer, algorithms), 200, CACHEABLE);
  })

  /** What a problem's `type` points to (RFC 9457, section 3.1.1). */
  .get("/problems/:code", access("public"), (c) => {
    const code = c.req.param("code");
    return isProblemCode(code) ? c.json({ code, ...PROBLEMS[code] }) : problem(c, "not_found");
  });
