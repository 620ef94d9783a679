import type { SigningAlg } from "../../domain/keys/signing-key.ts";
import type { Introspection } from "../../use-cases/tokens/introspect-token.ts";

/** RFC 7662, section 2.2: of a token that is not active nothing is told but that. */
export function introspectionOnWire(found: Introspection | null) {
  if (found === null) return { active: false };
  const { permissions, ...claims } = found.claims;
  return {
    active: true,
    token_type: "Bearer",
    ...(permissions.length === 0 ? {} : { scope: permissions.join(" ") }),
    ...(found.username === undefined ? {} : { username: found.username }),
    ...claims,
    permissions,
  };
}

/**
 * Authorization server metadata (RFC 8414, section 2), which says only what is true: people sign
 * in at /v1/auth, so there is no authorization endpoint. A claim without elements would be left
 * out (section 3.2), but this one is required: docs/decisions/0015.
 */
export const serverMetadata = (issuer: string) => ({
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
export const openidMetadata = (issuer: string, algorithms: readonly SigningAlg[]) => ({
  ...serverMetadata(issuer),
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: algorithms,
});
