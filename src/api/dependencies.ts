import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { ADDRESS_LIMIT_PERIOD } from "../core/constants.ts";
import { loginNameKey, rateLimitKey } from "../core/security/rate-limit.ts";
import { grants } from "../domain/permission.ts";
import { servicesOf } from "../services.ts";
import { Unavailable } from "../use-cases/ports.ts";
import { callerOf, isUser } from "../use-cases/verify-token.ts";
import { type AppContext, type AppEnv, clientAddress } from "./context.ts";
import { problem, tooManyRequests } from "./errors.ts";

/** Gives every route the services, or refuses to serve with a wrong configuration. */
export const withServices: MiddlewareHandler<AppEnv> = async (c, next) => {
  const services = servicesOf(c.env);
  if (services === "misconfigured") return problem(c, "misconfigured", { retryAfter: 60 });
  c.set("services", services);
  return next();
};

/** Who may use a route: anyone, any person signed in, or whoever holds a permission now. */
export type Access = "public" | "self" | { readonly permission: string };

type AccessHandler = MiddlewareHandler<AppEnv> & { readonly access: Access };

/** Declares who may use a route. Every route starts with one; without it nothing is served. */
export function access(required: Access): AccessHandler {
  const check: MiddlewareHandler<AppEnv> = async (c, next) => {
    if (required === "public") return next();
    const token = bearerToken(c);
    const caller = token === null ? null : await callerOf(c.get("services"), token);
    if (caller === null) return problem(c, "invalid_token");
    c.set("caller", caller);
    if (required !== "self") {
      return grants(caller.permissions, required.permission) ? next() : problem(c, "forbidden");
    }
    if (!isUser(caller)) return problem(c, "forbidden"); // a program has no account of its own
    c.set("user", caller);
    return next();
  };
  return Object.assign(check, { access: required });
}

/** The access a handler declares, or null when it is no declaration. */
export function accessOf(handler: unknown): Access | null {
  return typeof handler === "function" && "access" in handler
    ? (handler as AccessHandler).access
    : null;
}

/** Default deny: the handler that is reached first declares who may, or nothing is served. */
export const denyUndeclared: MiddlewareHandler<AppEnv> = async (c, next) => {
  const [first] = matchedRoutes(c as Context).filter((route) => route.method !== "ALL");
  const declared = first === undefined || accessOf(first.handler) !== null;
  return declared ? next() : problem(c, "forbidden");
};

/** RFC 6750, section 2.1. The scheme ignores case (RFC 9110, section 11.1). */
export function bearerToken(c: AppContext): string | null {
  return /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(c.req.header("authorization") ?? "")?.[1] ?? null;
}

/**
 * Counts a request that will cost a hash against its address, or against what it asks for when
 * it comes from another Worker. The limit is counted per location and permissive: it keeps floods
 * away, while the login throttle keeps the exact count.
 *
 * @returns the refusal, or null
 */
export async function limitByAddress(c: AppContext, name: string): Promise<Response | null> {
  const { addressLimit, config } = c.get("services");
  const key = rateLimitKey(clientAddress(c), loginNameKey(config.secrets, name));
  try {
    const { success } = await addressLimit.limit({ key });
    return success ? null : tooManyRequests(c, ADDRESS_LIMIT_PERIOD * 1_000);
  } catch (cause) {
    throw new Unavailable("address limit", cause);
  }
}
