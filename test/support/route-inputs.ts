import type { ZodType } from "zod";
import { app } from "../../src/api/http/app.ts";
import { inputOf } from "../../src/api/http/validation.ts";
import { type Route, routes } from "./matrix.ts";

/** What a route reads beside its path. */
export type Inputs = {
  readonly body: ZodType | null;
  readonly query: ZodType | null;
  /** A right form, for the endpoints of OAuth. */
  readonly form: Readonly<Record<string, string>> | null;
};

const FORMS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "/oauth2/token": { grant_type: "client_credentials" },
  "/oauth2/introspect": { token: "rt1.unknown", token_type_hint: "access_token" },
  "/oauth2/revoke": { token: "rt1.unknown", token_type_hint: "refresh_token" },
};

/** Routes that change something and are told all of it by their path. */
const TOLD_BY_PATH = new Set(["POST /v1/service-accounts/:id/secrets"]);

/** From the app itself, so that a new route joins by itself. */
export function inputsOf({ method, path }: Route): Inputs {
  const handlers = app.routes.filter((route) => route.method === method && route.path === path);
  const read = handlers.map(({ handler }) => inputOf(handler));
  const find = (kind: "body" | "query") => read.find((input) => input[kind])?.[kind] ?? null;
  return { body: find("body"), query: find("query"), form: FORMS[path] ?? null };
}

/** Whether it is known what a route reads: one that takes a body says which. */
export function isDescribed(route: Route): boolean {
  const { body, form } = inputsOf(route);
  const mayRead = ["POST", "PUT", "PATCH"].includes(route.method);
  const isBodiless = !mayRead || route.method === "PUT" || TOLD_BY_PATH.has(nameOf(route));
  return isBodiless !== (body !== null || form !== null) || route.method === "DELETE";
}

export const nameOf = ({ method, path }: Route): string => `${method} ${path}`;

type With<Kind extends keyof Inputs> = {
  readonly route: Route;
  readonly input: NonNullable<Inputs[Kind]>;
};

/** The routes that read such an input, by their names. */
export const routesWith = <Kind extends keyof Inputs>(kind: Kind): [string, With<Kind>][] =>
  routes.flatMap((route) => {
    const input = inputsOf(route)[kind];
    return input === null ? [] : [[nameOf(route), { route, input }]];
  });
