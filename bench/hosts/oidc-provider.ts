/**
 * `node hosts/oidc-provider.ts`: oidc-provider on Node's own server with the storage that it comes
 * with, the process's memory.
 *
 * Chosen in its favour: that storage, accounts that cost no look-up, a public client, no ID token.
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import process from "node:process";
import Provider, { type Configuration } from "oidc-provider";
import {
  API,
  CLIENT_ID,
  JWT_RESOURCE,
  OPAQUE_RESOURCE,
  REDIRECT_URI,
  SCOPE,
} from "../servers/oidc-provider-flow.ts";

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

const configuration: Configuration = {
  clients: [
    {
      client_id: CLIENT_ID,
      redirect_uris: [REDIRECT_URI],
      grant_types: ["authorization_code", "refresh_token"],
      token_endpoint_auth_method: "none",
    },
    {
      client_id: API.id,
      client_secret: API.secret,
      redirect_uris: [],
      response_types: [],
      grant_types: [],
    },
  ],
  clientDefaults: { id_token_signed_response_alg: "ES256" },
  jwks: {
    keys: [{ ...privateKey.export({ format: "jwk" }), kid: "bench", alg: "ES256", use: "sig" }],
  },
  cookies: { keys: [randomBytes(32).toString("base64url")] },
  findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  rotateRefreshToken: true,
  // The defaults of all that the flow makes, said aloud, and the access token's as ours.
  ttl: {
    AccessToken: 600,
    AuthorizationCode: 60,
    Grant: 14 * 24 * 3600,
    Interaction: 3600,
    RefreshToken: 14 * 24 * 3600,
    Session: 14 * 24 * 3600,
  },
  features: {
    devInteractions: { enabled: false },
    introspection: { enabled: true, allowedPolicy: (_, client) => client.clientId === API.id },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => ({
        scope: SCOPE,
        audience: resource,
        accessTokenFormat: resource === OPAQUE_RESOURCE ? "opaque" : "jwt",
        ...(resource === JWT_RESOURCE ? { jwt: { sign: { alg: "ES256" } } } : {}),
      }),
    },
  },
};

/** Everybody is let in as somebody new, and agrees to all that was asked. */
async function interact(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === "login") {
    const login = { accountId: randomBytes(12).toString("hex") };
    return provider.interactionFinished(request, response, { login });
  }
  const grant = new provider.Grant({ accountId: session?.accountId, clientId: CLIENT_ID });
  grant.addOIDCScope("offline_access");
  grant.addResourceScope(String(params["resource"]), SCOPE);
  const consent = { grantId: await grant.save() };
  await provider.interactionFinished(
    request,
    response,
    { consent },
    { mergeWithLastSubmission: true },
  );
}

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const origin = `http://127.0.0.1:${address.port}`;
  const provider = new Provider(origin, configuration);
  const handle = provider.callback();
  server.on("request", (request, response) => {
    const isInteraction = request.url?.startsWith("/interaction/");
    void (isInteraction ? interact(provider, request, response) : handle(request, response));
  });
  console.log(JSON.stringify({ origins: { main: origin } }));
});

process.on("SIGTERM", () => process.exit(0));
