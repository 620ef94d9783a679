import { Hono } from "hono";
import type { Introspection } from "../../use-cases/tokens/introspect-token.ts";
import { access } from "../http/access.ts";
import type { AppEnv } from "../http/context.ts";
import { limitClients } from "../http/rate-limits.ts";
import { readForm, requireClient } from "./client.ts";
import { oauthError } from "./errors.ts";

/** RFC 7662, section 2. Public to `access()` alone: a client must authenticate. */
export const introspectionRoute = new Hono<AppEnv>().post(
  "/oauth2/introspect",
  access("public"),
  limitClients,
  async (c) => {
    const form = await readForm(c);
    if (form instanceof Response) return form;
    const client = await requireClient(c, form);
    if (client instanceof Response) return client;
    const token = form.get("token");
    if (token === undefined) return oauthError(c, "invalid_request", "token is missing");
    const found = await c.get("services").tokens.introspectToken(client, token);
    // An inactive token is described no further (section 2.2).
    return c.json(found.ok ? introspectionOnWire(found.value) : { active: false });
  },
);

function introspectionOnWire({ claims: { permissions, ...claims }, username }: Introspection) {
  return {
    active: true,
    token_type: "Bearer",
    ...(permissions.length === 0 ? {} : { scope: permissions.join(" ") }),
    ...(username === undefined ? {} : { username }),
    ...claims,
    permissions,
  };
}
