import type { AccessTokenClaims } from "../../domain/access-token.ts";

/** RFC 7662, section 2.2: of a token that is not active nothing is told but that. */
export function introspectionOnWire(found: AccessTokenClaims | null) {
  if (found === null) return { active: false };
  const { permissions, ...claims } = found;
  return {
    active: true,
    token_type: "Bearer",
    scope: permissions.join(" "),
    ...claims,
    permissions,
  };
}

/**
 * Authorization server metadata (RFC 8414, section 2), which says only what is true: people sign
 * in at /v1/auth, so there is no authorization endpoint and no response type.
 */
export const serverMetadata = (issuer: string) => ({
  issuer,
  token_endpoint: `${issuer}/oauth2/token`,
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  introspection_endpoint: `${issuer}/oauth2/introspect`,
  revocation_endpoint: `${issuer}/oauth2/revoke`,
  response_types_supported: [],
  grant_types_supported: ["client_credentials", "refresh_token"],
  token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "none"],
  introspection_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
  revocation_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "none"],
});

/** What OpenID Connect Discovery 1.0, section 3, asks for besides; id tokens are not issued. */
export const openidMetadata = (issuer: string) => ({
  ...serverMetadata(issuer),
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: [],
});
