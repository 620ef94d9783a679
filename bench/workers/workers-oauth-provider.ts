/**
 * @cloudflare/workers-oauth-provider in one Worker, as its README sets it up: authorization
 * server and the API that it protects. (The README prefers two Workers; one saves each check a
 * call between them.) Who signs in is the application's affair there, so
 * /authorize believes the name it is told; it runs outside the measurement.
 */
import { type OAuthHelpers, OAuthProvider } from "@cloudflare/workers-oauth-provider";

type Env = {
  readonly OAUTH_KV: KVNamespace;
  readonly OAUTH_PROVIDER: OAuthHelpers;
};

/** The load comes with the matching `Host`. */
const ISSUER = "http://localhost:8787";

const api = {
  async fetch(_request: Request, _env: Env, ctx: ExecutionContext): Promise<Response> {
    return Response.json({ ok: true, props: ctx.props });
  },
};

const application = {
  async fetch(request: Request, env: Env): Promise<Response> {
    switch (new URL(request.url).pathname) {
      case "/authorize":
        return authorize(request, env.OAUTH_PROVIDER);
      case "/prepare":
        return prepare(env.OAUTH_PROVIDER);
      default:
        return new Response("not found", { status: 404 });
    }
  },
};

async function authorize(request: Request, oauth: OAuthHelpers): Promise<Response> {
  const userId = new URL(request.url).searchParams.get("login_hint") ?? "";
  const asked = await oauth.parseAuthRequest(request);
  const { redirectTo } = await oauth.completeAuthorization({
    request: asked,
    userId,
    metadata: {},
    scope: asked.scope,
    props: { userId },
  });
  return new Response(null, { status: 302, headers: { location: redirectTo } });
}

/** Registers the one client, public and therefore with PKCE, as an administrator would. */
async function prepare(oauth: OAuthHelpers): Promise<Response> {
  const { clientId } = await oauth.createClient({
    clientName: "bench",
    redirectUris: ["http://localhost:3000/callback"],
    tokenEndpointAuthMethod: "none",
  });
  return Response.json({ client_id: clientId });
}

/** Lifetimes and storage are its own defaults; it limits no rates. */
export default new OAuthProvider<Env>({
  apiRoute: "/api",
  apiHandler: api,
  defaultHandler: application,
  authorizeEndpoint: "/authorize",
  tokenEndpoint: "/oauth/token",
  scopesSupported: ["read", "offline_access"],
  resourceMetadata: { resource: `${ISSUER}/api`, authorization_servers: [ISSUER] },
  // Its log of every refusal.
  onError: () => undefined,
});
