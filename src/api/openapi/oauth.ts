import * as z from "zod";
import type { Operations } from "./operation.ts";

const client = {
  client_id: z
    .string()
    .optional()
    .meta({ examples: ["first-party"] }),
  client_secret: z.string().optional().meta({ description: "Better in the header, as Basic." }),
};

const tokenReply = z
  .object({
    access_token: z.string(),
    token_type: z.literal("Bearer"),
    expires_in: z.int(),
    refresh_token: z.string().optional(),
  })
  .meta({ id: "OAuthTokens" });

const introspection = z
  .looseObject({
    active: z.boolean(),
    token_type: z.literal("Bearer").optional(),
    scope: z.string().optional(),
    username: z.string().optional(),
    sub: z.string().optional(),
    permissions: z.array(z.string()).optional(),
  })
  .meta({ id: "Introspection" });

const metadata = z
  .looseObject({ issuer: z.string(), token_endpoint: z.string(), jwks_uri: z.string() })
  .meta({ id: "ServerMetadata" });

const METADATA = {
  description: "What there is.",
  body: metadata,
  headers: { etag: "Its version." },
};

export const oauthOperations: Operations = {
  "POST /oauth2/token": {
    id: "oauthToken",
    summary: "Get a token (RFC 6749)",
    form: z.object({
      grant_type: z.enum(["client_credentials", "refresh_token"]),
      refresh_token: z.string().optional(),
      ...client,
    }),
    replies: { 200: { description: "The tokens.", body: tokenReply } },
  },
  "POST /oauth2/introspect": {
    id: "oauthIntrospect",
    summary: "Ask what an access token is worth now (RFC 7662)",
    form: z.object({ token: z.string(), token_type_hint: z.string().optional(), ...client }),
    replies: { 200: { description: "Its claims, if it is active.", body: introspection } },
  },
  "POST /oauth2/revoke": {
    id: "oauthRevoke",
    summary: "End the session behind a token (RFC 7009)",
    form: z.object({ token: z.string(), token_type_hint: z.string().optional(), ...client }),
    replies: { 200: { description: "It has ended, or was none." } },
  },
  "GET /.well-known/oauth-authorization-server": {
    id: "oauthMetadata",
    summary: "Authorization server metadata (RFC 8414)",
    replies: { 200: METADATA },
  },
  "GET /.well-known/openid-configuration": {
    id: "openidMetadata",
    summary: "The same, where OpenID Connect Discovery looks for it",
    replies: { 200: METADATA },
  },
};
