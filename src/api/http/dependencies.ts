import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { bearerToken } from "../../client/bearer-token.ts";
import { LIMIT_PERIOD } from "../../core/config/constants.ts";
import { addressBucket, loginNameKey } from "../../core/security/rate-limit.ts";
import { grants } from "../../domain/access/permission.ts";
import { type Services, servicesOf } from "../../services.ts";
import { Unavailable } from "../../use-cases/ports.ts";
import { type Caller, callerOf, isUser } from "../../use-cases/tokens/verify-token.ts";
import { oauthTooManyRequests } from "../oauth/errors.ts";
import { type AppContext, type AppEnv, clientAddress } from "./context.ts";
import { problem, tooManyRequests } from "./errors.ts";

/** Gives every route the services, or refuses to serve with a wrong configuration. */
export const withServices: MiddlewareHandler<AppEnv> = async (c, next) => {
  const services = servicesOf(c.env);
  if (services === "misconfigured") return problem(c, "misconfigured", { retryAfter: 60 });
  c.set("services", services);
  return next();
};

/** Who may use a route: anyone, whoever is signed in, a person, or whoever holds a permission now. */
export type Access = "public" | "caller" | "self" | { readonly permission: string };

type AccessHandler = MiddlewareHandler<AppEnv> & { readonly access: Access };

/** Declares who may use a route. Every route starts with one; without it nothing is served. */
export function access(required: Access): AccessHandler {
  const check: MiddlewareHandler<AppEnv> = async (c, next) => {
    if (required === "public") return next();
    const token = bearerToken(c.req.header("authorization"));
    // By a copy, a right that was taken a moment ago could still be handed on.
    const rolesNow = typeof required === "object" && !isReadOnly(c.req.method);
    const caller = token === null ? null : await callerOf(c.get("services"), token, rolesNow);
    if (caller === null) return problem(c, "invalid_token");
    if (!mayUse(caller, required)) return problem(c, "forbidden");
    c.set("caller", caller);
    if (isUser(caller)) c.set("user", caller);
    return next();
  };
  return Object.assign(check, { access: required });
}

function mayUse(caller: Caller, required: Exclude<Access, "public">): boolean {
  if (required === "caller") return true;
  if (required === "self") return isUser(caller); // a program has no account of its own
  return grants(caller.permissions, required.permission);
}

const isReadOnly = (method: string): boolean => method === "GET" || method === "HEAD";

/** The access a handler declares, or null when it is no declaration. */
export function accessOf(handler: unknown): Access | null {
  return typeof handler === "function" && "access" in handler
    ? (handler as AccessHandler).access
    : null;
}

/** The handler that is reached first, if any: middleware, which Hono lists as ALL, is none. */
const firstHandler = (c: AppContext): unknown =>
  matchedRoutes(c as Context).find((route) => route.method !== "ALL")?.handler;

/** Default deny: the handler that is reached first declares who may, or nothing is served. */
export const denyUndeclared: MiddlewareHandler<AppEnv> = async (c, next) => {
  const first = firstHandler(c);
  const declared = first === undefined || accessOf(first) !== null;
  return declared ? next() : problem(c, "forbidden");
};

/** An unknown path or method is told before anything is made of the body. */
export const refuseUnrouted: MiddlewareHandler<AppEnv> = async (c, next) =>
  firstHandler(c) === undefined ? c.notFound() : next();

/**
 * Counts a request that will cost a hash against its address. A caller without one of its own, such
 * as another Worker, counts by what it asks for, so that it is not in one bucket with everyone
 * else, and together with the others, so that it is not unlimited by asking for ever other names.
 * Limits are counted per location and permissive: they keep floods away, while the login throttle
 * keeps the exact count.
 *
 * @returns the refusal, or null
 */
export async function limitByAddress(c: AppContext, name: string): Promise<Response | null> {
  const { addressLimit, sharedLimit, config } = c.get("services");
  const bucket = addressBucket(clientAddress(c));
  const isWithin =
    bucket === null
      ? (await isWithinLimit(addressLimit, `name:${loginNameKey(config.secrets, name)}`)) &&
        (await isWithinLimit(sharedLimit, WITHOUT_ADDRESS))
      : await isWithinLimit(addressLimit, bucket);
  return isWithin ? null : tooManyRequests(c, LIMIT_PERIOD * 1_000);
}

/** What all callers without an address of their own count as. */
const WITHOUT_ADDRESS = "shared";

/** Whether a Worker that administers accounts may cost us another hash. */
export const mayCallerHash = (services: Services, caller: string): Promise<boolean> =>
  isWithinLimit(services.addressLimit, `caller:${caller}`);

/** Counts a request that authenticates a client, before its body is read: each costs look-ups. */
export const limitClients: MiddlewareHandler<AppEnv> = async (c, next) => {
  const bucket = addressBucket(clientAddress(c)) ?? WITHOUT_ADDRESS;
  const isWithin = await isWithinLimit(c.get("services").clientLimit, bucket);
  return isWithin ? next() : oauthTooManyRequests(c);
};

/** @throws Unavailable when the limit does not answer: that is no way round it */
async function isWithinLimit(limit: RateLimit, key: string): Promise<boolean> {
  try {
    return (await limit.limit({ key })).success;
  } catch (cause) {
    throw new Unavailable("rate limit", cause);
  }
}
