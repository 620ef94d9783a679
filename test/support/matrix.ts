import { accessOf } from "../../src/api/http/access.ts";
import { app } from "../../src/api/http/app.ts";
import type { RouteAccess } from "../../src/domain/access/may-call-route.ts";
import { grants } from "../../src/domain/access/permission.ts";
import type { Options, Reply } from "./client.ts";

export type Route = {
  readonly method: string;
  readonly path: string;
  /** What its handlers declare, in their order: null for a handler that declares nothing. */
  readonly declared: readonly (RouteAccess | null)[];
};

/** Every route that the app serves. Middleware, which Hono lists as ALL, is none. */
export const routes: readonly Route[] = [
  ...Map.groupBy(
    app.routes.filter((route) => route.method !== "ALL"),
    (route) => `${route.method} ${route.path}`,
  ).values(),
].map((handlers) => ({
  method: handlers[0]?.method ?? "",
  path: handlers[0]?.path ?? "",
  declared: handlers.map(({ handler }) => accessOf(handler)),
}));

/** Who may use it, or null for a route that does not begin with a declaration. */
export const accessTo = ({ declared }: Route): RouteAccess | null => declared[0] ?? null;

/** All that it asks for; none where it asks for no permission. */
export const permissionsFor = (route: Route): readonly string[] => {
  const access = accessTo(route);
  if (access === null || typeof access === "string") return [];
  return access.and === undefined ? [access.permission] : [access.permission, access.and];
};

/** Every permission that some route asks for. */
export const permissions: readonly string[] = [...new Set(routes.flatMap(permissionsFor))].sort();

/** Nobody, somebody with a token that means nothing, or a person or program with permissions. */
export type Kind =
  | "none"
  | "garbage"
  | { readonly holds: readonly string[]; readonly isProgram?: true };

export type Verdict = "passed" | 401 | 403;

/** What a route's declaration means for a caller. */
export function expectedVerdict(access: RouteAccess, kind: Kind): Verdict {
  if (access === "public") return "passed";
  if (typeof kind === "string") return 401;
  if (access === "caller") return "passed";
  if (access === "self") return kind.isProgram ? 403 : "passed"; // it has no account of its own
  const { permission, and = permission } = access;
  return grants(kind.holds, permission) && grants(kind.holds, and) ? "passed" : 403;
}

/** Past the door it may still be refused, for what it asks or for what is not there. */
export function verdictOf({ status, body }: Reply): Verdict {
  if (status === 401 && body.code === "invalid_token") return 401;
  return status === 403 ? 403 : "passed";
}

const NOBODY = `usr_${"A".repeat(22)}`;
const NO_SESSION = `ses_${"A".repeat(22)}`;

/** Where an empty body would change something. */
const BODIES: Readonly<Record<string, object>> = {
  "POST /v1/keys/rotate": { revoke: "A".repeat(43) },
  "DELETE /v1/users/me": { password: "a wrong password" },
};

/** A request that reaches the route and, should it be let in, changes nothing. */
export function harmless({ method, path }: Route): [method: string, path: string, Options] {
  const filled = path
    .replace("/sessions/:id", `/sessions/${NO_SESSION}`)
    .replace(":id", NOBODY)
    .replace(/:(role|name)/, "no-such-role")
    .replace(":secret", "no-such-secret")
    .replace(":code", "forbidden");
  // Signing out is open to all and tells a bad token itself, so it is asked for nonsense.
  const query = path === "/v1/auth/logout" ? "?scope=nonsense" : "";
  const body = BODIES[`${method} ${path}`] ?? {};
  return [method, filled + query, method === "GET" ? {} : { body }];
}
