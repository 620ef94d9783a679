import { Hono } from "hono";
import { access } from "../http/access.ts";
import { type AppEnv, anyoneAt } from "../http/context.ts";
import { limitClients } from "../http/rate-limits.ts";
import { identifyClient, readForm } from "./client.ts";
import { oauthError, oauthRefused } from "./errors.ts";

/**
 * RFC 7009, section 2. The answer is the same whether there was anything to revoke. Public to
 * `access()` alone: a client must authenticate, or be the public one and name itself.
 */
export const revocationRoute = new Hono<AppEnv>().post(
  "/oauth2/revoke",
  access("public"),
  limitClients,
  async (c) => {
    const form = await readForm(c);
    if (form instanceof Response) return form;
    const client = await identifyClient(c, form);
    if (client instanceof Response) return client;
    const token = form.get("token");
    if (token === undefined) return oauthError(c, "invalid_request", "token is missing");
    const actor = client === "public" ? anyoneAt(c) : client;
    const revoked = await c.get("services").sessions.revokeToken(actor, token);
    return revoked.ok ? c.body(null, 200) : oauthRefused(c, revoked.error);
  },
);
