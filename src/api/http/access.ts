import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { bearerToken } from "../../client/bearer-token.ts";
import { isPerson } from "../../domain/access/actor.ts";
import { judgeCall, type RouteAccess } from "../../domain/access/may-call-route.ts";
import { stepUpNeeded } from "../../domain/tokens/access-token.ts";
import { type AppContext, type AppEnv, originOf } from "./context.ts";
import { problem } from "./errors.ts";
import { refused } from "./refusals.ts";

type AccessHandler = MiddlewareHandler<AppEnv> & { readonly access: RouteAccess };

/** Declares who may use a route. Every route starts with one; without it nothing is served. */
export function access(required: RouteAccess): AccessHandler {
  const check: MiddlewareHandler<AppEnv> = async (c, next) => {
    if (required === "public") return next();
    const token = bearerToken(c.req.header("authorization"));
    // Writes read roles now: by a copy, a permission that was just lost could be granted.
    const rolesNow = typeof required === "object" && !isReadOnly(c.req.method);
    const { tokens } = c.get("services");
    const known = token === null ? null : await tokens.identifyCaller(token, rolesNow);
    if (!known?.ok) return problem(c, "invalid_token");
    const caller = { ...known.value, from: originOf(c) };
    c.set("caller", caller);
    const call = judgeCall(caller, required);
    if (call === "needs_aal2") return refused(c, stepUpNeeded({ acr: "aal2" }));
    if (call === "forbidden") return problem(c, "forbidden");
    if (isPerson(caller)) c.set("user", caller);
    return next();
  };
  return Object.assign(check, { access: required });
}

const isReadOnly = (method: string): boolean => method === "GET" || method === "HEAD";

/** The access a handler declares, or null when it is no declaration. */
export function accessOf(handler: unknown): RouteAccess | null {
  return typeof handler === "function" && "access" in handler
    ? (handler as AccessHandler).access
    : null;
}

/** The route that is reached first, if any. Middleware does not count: Hono lists it as ALL. */
const firstRoute = (c: AppContext) =>
  matchedRoutes(c as Context).find((route) => route.method !== "ALL");

/**
 * Default deny: nothing is served unless the handler that is reached first declares who may use it.
 */
export const denyUndeclared: MiddlewareHandler<AppEnv> = async (c, next) => {
  const first = firstRoute(c);
  if (first !== undefined) c.set("route", first.path);
  const declared = first === undefined || accessOf(first.handler) !== null;
  return declared ? next() : problem(c, "forbidden");
};

/** Answers an unknown path or method before the body is looked at. */
export const refuseUnrouted: MiddlewareHandler<AppEnv> = async (c, next) =>
  c.get("route") === undefined ? c.notFound() : next();
