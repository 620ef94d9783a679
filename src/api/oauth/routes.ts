import { Hono } from "hono";
import { issueClientToken } from "../../use-cases/clients/issue-client-token.ts";
import { refreshToken } from "../../use-cases/sessions/refresh-token.ts";
import { revokeToken } from "../../use-cases/sessions/revoke-token.ts";
import { introspectToken } from "../../use-cases/tokens/introspect-token.ts";
import { access } from "../http/access.ts";
import { type AppContext, type AppEnv, deviceOf } from "../http/context.ts";
import { limitClients } from "../http/limits.ts";
import { type Form, identifyClient, readForm, requireClient } from "./client.ts";
import { NOT_KEPT, oauthError } from "./errors.ts";
import { introspectionOnWire } from "./wire.ts";

const asResponse = (value: unknown): value is Response => value instanceof Response;

/**
 * The endpoints that OAuth's own clients call. "Public" means to the access declaration only:
 * each finds out for itself which client asks, and whether that one may.
 */
export const oauthRoutes = new Hono<AppEnv>()
  .post("/oauth2/token", access("public"), limitClients, async (c) => {
    const form = await readForm(c);
    if (asResponse(form)) return form;
    // What a token may do follows from roles; a scope that was ignored would seem granted.
    if (form.has("scope")) return oauthError(c, "invalid_scope", "scopes are not used here");
    switch (form.get("grant_type")) {
      case "client_credentials":
        return clientCredentials(c, form);
      case "refresh_token":
        return refresh(c, form);
      case undefined:
        return oauthError(c, "invalid_request", "grant_type is missing");
      default:
        return oauthError(c, "unsupported_grant_type");
    }
  })

  // RFC 7662, section 2.
  .post("/oauth2/introspect", access("public"), limitClients, async (c) => {
    const form = await readForm(c);
    if (asResponse(form)) return form;
    const client = await requireClient(c, form);
    if (asResponse(client)) return client;
    const token = form.get("token");
    if (token === undefined) return oauthError(c, "invalid_request", "token is missing");
    return c.json(introspectionOnWire(await introspectToken(c.get("services"), token)));
  })

  // RFC 7009, section 2. The answer is the same whether there was anything to revoke.
  .post("/oauth2/revoke", access("public"), limitClients, async (c) => {
    const form = await readForm(c);
    if (asResponse(form)) return form;
    const client = await identifyClient(c, form);
    if (asResponse(client)) return client;
    const token = form.get("token");
    if (token === undefined) return oauthError(c, "invalid_request", "token is missing");
    const revoked = await revokeToken(c.get("services"), client, token);
    return revoked.ok ? c.body(null, 200) : oauthError(c, revoked.error);
  });

/** RFC 6749, section 4.4. */
async function clientCredentials(c: AppContext, form: Form): Promise<Response> {
  const client = await requireClient(c, form);
  if (asResponse(client)) return client;
  const { accessToken, expiresIn } = await issueClientToken(c.get("services"), client);
  const reply = { access_token: accessToken, token_type: "Bearer", expires_in: expiresIn };
  return c.json(reply, 200, NOT_KEPT);
}

/** RFC 6749, section 6, by the same rules as /v1/auth/refresh. */
async function refresh(c: AppContext, form: Form): Promise<Response> {
  const presented = form.get("refresh_token");
  if (presented === undefined) {
    return oauthError(c, "invalid_request", "refresh_token is missing");
  }
  // The token is the public client's, which may leave out its name; nobody else has a right to it.
  const client = await identifyClient(c, form, "public");
  if (asResponse(client)) return client;
  if (client !== "public") return oauthError(c, "invalid_grant");
  const result = await refreshToken(c.get("services"), presented, deviceOf(c));
  if (!result.ok) return oauthError(c, "invalid_grant");
  const tokens = result.value;
  const reply = {
    access_token: tokens.accessToken,
    token_type: "Bearer",
    expires_in: tokens.expiresIn,
    refresh_token: tokens.refreshToken,
  };
  return c.json(reply, 200, NOT_KEPT);
}
