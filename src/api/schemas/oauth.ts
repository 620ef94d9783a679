import { FIRST_PARTY_CLIENT } from "../../core/constants.ts";
import type { Introspection } from "../../use-cases/introspect-token.ts";

/** RFC 7662, section 2.2: of a dead token nothing is told but that it is dead. */
export function introspectionOnWire(found: Introspection, issuer: string) {
  switch (found.kind) {
    case "inactive":
      return { active: false };
    case "refresh_token":
      return {
        active: true,
        iss: issuer,
        sub: found.sub,
        client_id: FIRST_PARTY_CLIENT,
        exp: found.exp,
      };
    case "access_token": {
      const { permissions, ...claims } = found.claims;
      return {
        active: true,
        token_type: "Bearer",
        scope: permissions.join(" "),
        ...claims,
        permissions,
      };
    }
  }
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
  revocation_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
});

/** What OpenID Connect Discovery 1.0, section 3, asks for besides; id tokens are not issued. */
export const openidMetadata = (issuer: string) => ({
  ...serverMetadata(issuer),
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: [],
});
