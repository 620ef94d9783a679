import { Hono } from "hono";
import type { SigningAlg } from "../../domain/keys/signing-key.ts";
import { access } from "../http/access.ts";
import { CACHEABLE, validated } from "../http/conditional.ts";
import type { AppEnv } from "../http/context.ts";

/**
 * Authorization server metadata (RFC 8414, section 2), which says only what is true: people sign in
 * at /v1/auth, so there is no authorization endpoint. `response_types_supported` is required, and
 * must not be empty: docs/decisions/0015.
 */
const serverMetadata = (issuer: string) => ({
  issuer,
  token_endpoint: `${issuer}/oauth2/token`,
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  introspection_endpoint: `${issuer}/oauth2/introspect`,
  revocation_endpoint: `${issuer}/oauth2/revoke`,
  response_types_supported: ["none"],
  grant_types_supported: ["client_credentials", "refresh_token"],
  token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "none"],
  introspection_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
  revocation_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "none"],
});

/**
 * What OpenID Connect Discovery 1.0, section 3, asks for besides. ID tokens are not issued; the
 * algorithms are those of access tokens, which is what verifiers of APIs read there.
 */
const openidMetadata = (issuer: string, algorithms: readonly SigningAlg[]) => ({
  ...serverMetadata(issuer),
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: algorithms,
});

export const metadataRoutes = new Hono<AppEnv>()
  // RFC 8414, section 3.
  .get("/.well-known/oauth-authorization-server", access("public"), validated, (c) =>
    c.json(serverMetadata(c.get("services").config.issuer), 200, CACHEABLE),
  )

  // OpenID Connect Discovery 1.0, section 4.
  .get("/.well-known/openid-configuration", access("public"), validated, async (c) => {
    const { keys, config } = c.get("services");
    const published = (await keys.jwks()).keys.map(({ alg }) => alg);
    const algorithms = [...new Set([config.signingKeys.alg, ...published])];
    return c.json(openidMetadata(config.issuer, algorithms), 200, CACHEABLE);
  });
