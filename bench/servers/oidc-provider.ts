/**
 * `node servers/oidc-provider.ts`: oidc-provider on Node's own server with the storage that it
 * comes with, the process's memory; above it, what it is asked.
 *
 * Chosen in its favour: that storage, accounts that cost no look-up, a public client, no ID token.
 */
import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import Provider, { type Configuration } from "oidc-provider";
import {
  basic,
  browser,
  expect,
  type Flow,
  form,
  get,
  headersOf,
  inTurn,
  repeat,
  times,
  walk,
} from "./http.ts";
import { rotatedTwice, rotation, type Tokens } from "./rotation.ts";
import { operation, originOf, type Running, type Server } from "./server.ts";

const MEMORY = "memory, lost at restart";
/** A public client, as a browser's application is: nothing to authenticate at a refresh. */
const CLIENT_ID = "app";
const REDIRECT_URI = "https://app.example.com/callback";
/** An API that asks about tokens. */
const API = { id: "api", secret: "Qm3vXo8sT1kZr5nWc7yBf2hJd9gLp4aE" };
/** What a token is for decides its format. */
const JWT_RESOURCE = "https://jwt.example.com";
const OPAQUE_RESOURCE = "https://opaque.example.com";
const SCOPE = "read";

const refreshExchange = (refresh_token: string) =>
  form("/token", { grant_type: "refresh_token", client_id: CLIENT_ID, refresh_token });

/**
 * Its memory walks through all tokens a grant ever had at each rotation, which would slow it down
 * as no person's use does. So every connection takes turns among several people; more of them
 * would be too many for that memory, which forgets all but the last thousand entries.
 */
const GRANTS = 100;

const refresh = operation(
  { name: "refresh, JWT access token", kind: "refresh", request: "POST /token", storage: MEMORY },
  async (running, count) => {
    await proveReuseIsRefused(running);
    const isJwt = ({ access_token }: Tokens): boolean => access_token.startsWith("ey");
    return Promise.all(
      times(count, async () => {
        const each = Math.ceil(GRANTS / count);
        const grants = await inTurn(each, () => authorized(running, JWT_RESOURCE));
        const tokens = grants.map(({ refresh_token }) => refresh_token);
        return rotation(refreshExchange, tokens, isJwt);
      }),
    );
  },
);

/** A reused token ends its grant, as long as that memory still holds it. */
async function proveReuseIsRefused(running: Running): Promise<void> {
  const origin = originOf(running);
  const { refresh_token: oldest } = await authorized(running, JWT_RESOURCE);
  const newest = await rotatedTwice(origin, refreshExchange, oldest);
  await expect(400, origin, refreshExchange(oldest), '"invalid_grant"');
  await expect(400, origin, refreshExchange(newest), '"invalid_grant"');
}

/** Its JWT access tokens can't be introspected: they are never stored. */
const introspection = operation(
  {
    name: "introspection, opaque access token",
    kind: "introspection",
    request: "POST /token/introspection",
    storage: MEMORY,
  },
  async (running, count) => {
    const api = basic(API.id, API.secret);
    const grants = await Promise.all(times(count, () => authorized(running, OPAQUE_RESOURCE)));
    return grants.map(({ access_token: token }) =>
      repeat(form("/token/introspection", { token }, api), 200, '"active":true'),
    );
  },
);

const keySet = operation(
  { name: "key set", kind: "key set", request: "GET /jwks", storage: "none", isExtra: true },
  async (_, count) => times(count, () => repeat(get("/jwks"), 200, '"kid"')),
);

export const oidcProvider: Server = {
  name: "oidc-provider",
  runtime: "Node",
  launch: () => ({ script: import.meta.filename }),
  operations: [refresh, introspection, keySet],
};

const authorized = (running: Running, resource: string): Promise<Tokens> =>
  walk(originOf(running), authorization(resource));

/** One person's authorization code flow with PKCE, as a browser goes through it. */
function* authorization(resource: string): Flow<Tokens> {
  const ask = browser();
  const code_verifier = randomBytes(32).toString("base64url");
  const question = new URLSearchParams({
    client_id: CLIENT_ID,
    response_type: "code",
    redirect_uri: REDIRECT_URI,
    scope: `offline_access ${SCOPE}`,
    prompt: "consent",
    resource,
    code_challenge: createHash("sha256").update(code_verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  let at = new URL(`/auth?${question}`, REDIRECT_URI);
  while (!at.href.startsWith(REDIRECT_URI)) {
    const reply = yield* ask(get(`${at.pathname}${at.search}`), 303);
    at = new URL(headersOf(reply, "location")[0] ?? "", at);
  }
  const code = at.searchParams.get("code");
  if (code === null) throw new Error(`no code: ${at.search}`);
  const grant = { grant_type: "authorization_code", client_id: CLIENT_ID, code, code_verifier };
  const exchange = form("/token", { ...grant, redirect_uri: REDIRECT_URI, resource });
  return JSON.parse((yield* ask(exchange, 200)).body);
}

const DAY = 24 * 3_600; // seconds

const configuration = (): Configuration => ({
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
  jwks: { keys: [{ ...newKey(), kid: "bench", alg: "ES256", use: "sig" }] },
  cookies: { keys: [randomBytes(32).toString("base64url")] },
  findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  rotateRefreshToken: true,
  // The defaults of all that the flow makes, said aloud, and the access token's as ours.
  ttl: {
    AccessToken: 600,
    AuthorizationCode: 60,
    Grant: 14 * DAY,
    Interaction: 3_600,
    RefreshToken: 14 * DAY,
    Session: 14 * DAY,
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
});

const newKey = () =>
  generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });

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
  const result = { consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
}

if (import.meta.main) {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const main = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(main, configuration());
  const handle = provider.callback();
  server.on("request", (request, response) => {
    const isInteraction = request.url?.startsWith("/interaction/");
    void (isInteraction ? interact(provider, request, response) : handle(request, response));
  });
  console.log(JSON.stringify({ origins: { main } }));
  process.on("SIGTERM", () => process.exit(0));
}
