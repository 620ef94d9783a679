import type { ZodType } from "zod";
import type { RouteAccess } from "../../domain/access/may-call-route.ts";
import { accessOf } from "../http/access.ts";
import { inputOf } from "../http/validation.ts";

/** A handler as the router lists it; a route may have several. */
export type RouteHandler = {
  readonly method: string;
  readonly path: string;
  readonly handler: unknown;
};

/** What a route's handlers check. */
export type Route = {
  readonly method: string;
  readonly path: string;
  readonly access: RouteAccess;
  readonly body: ZodType | null;
  readonly query: ZodType | null;
};

/** Every route that is served. Middleware, which the router lists as ALL, is none. */
export function routesOf(handlers: readonly RouteHandler[]): Route[] {
  const served = handlers.filter(({ method }) => method !== "ALL");
  const byName = Map.groupBy(served, ({ method, path }) => `${method} ${path}`);
  return [...byName.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [routeOf(first, others)],
  );
}

function routeOf(first: RouteHandler, others: readonly RouteHandler[]): Route {
  const inputs = others.map(({ handler }) => inputOf(handler));
  return {
    method: first.method,
    path: first.path,
    access: accessOf(first.handler) ?? "public",
    body: inputs.find(({ body }) => body !== undefined)?.body ?? null,
    query: inputs.find(({ query }) => query !== undefined)?.query ?? null,
  };
}
