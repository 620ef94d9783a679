import { Hono } from "hono";
import { isPerson } from "../../../domain/access/actor.ts";
import { access } from "../../http/access.ts";
import type { AppEnv } from "../../http/context.ts";
import { refused } from "../../http/refusals.ts";
import { queryParams } from "../../http/validation.ts";
import { forwardAuthQuery } from "../../wire/access/forward-auth.ts";

/**
 * For proxies that ask about each request before they pass it on (nginx's `auth_request`,
 * Traefik's and Caddy's forward auth): who asks and what they may do, in headers, as of now.
 */
export const forwardAuthRoute = new Hono<AppEnv>().get(
  "/v1/auth/check",
  access("caller"),
  queryParams(forwardAuthQuery),
  async (c) => {
    const caller = c.get("caller");
    const { permission, acr, max_age: maxAge } = c.req.valid("query");
    const { checkProof } = c.get("services").tokens;
    const checked = await checkProof(caller, permission ?? null, { acr, maxAge });
    if (!checked.ok) return refused(c, checked.error);
    c.header("x-auth-subject", caller.id);
    if (isPerson(caller)) c.header("x-auth-session", caller.sessionId);
    c.header("x-auth-roles", caller.roles.join(","));
    c.header("x-auth-permissions", caller.permissions.join(","));
    return c.body(null, 204);
  },
);
