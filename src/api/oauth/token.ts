import { Hono } from "hono";
import { access } from "../http/access.ts";
import { type AppContext, type AppEnv, anyoneAt } from "../http/context.ts";
import { limitClients } from "../http/rate-limits.ts";
import { type Form, identifyClient, readForm, requireClient } from "./client.ts";
import { NOT_KEPT, oauthError, oauthRefused } from "./errors.ts";

/** Public to `access()` alone: each grant authenticates or identifies the client itself. */
export const tokenRoute = new Hono<AppEnv>().post(
  "/oauth2/token",
  access("public"),
  limitClients,
  async (c) => {
    const form = await readForm(c);
    if (form instanceof Response) return form;
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
  },
);

/** RFC 6749, section 4.4. */
async function clientCredentials(c: AppContext, form: Form): Promise<Response> {
  const client = await requireClient(c, form);
  if (client instanceof Response) return client;
  const { accessToken, expiresIn } = (await c.get("services").clients.issueClientToken(client))
    .value;
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
  if (client instanceof Response) return client;
  if (client !== "public") return oauthError(c, "invalid_grant");
  const { sessions } = c.get("services");
  const refreshed = await sessions.rotateRefreshToken(anyoneAt(c), presented);
  if (!refreshed.ok) return oauthRefused(c, refreshed.error);
  const tokens = refreshed.value;
  const reply = {
    access_token: tokens.accessToken,
    token_type: "Bearer",
    expires_in: tokens.expiresIn,
    refresh_token: tokens.refreshToken,
  };
  return c.json(reply, 200, NOT_KEPT);
}
