import { COOKIE_NAME } from "../http/token-transport.ts";
import { accessOperations } from "./access.ts";
import { accountOperations } from "./accounts.ts";
import { clientOperations } from "./clients.ts";
import { eventOperations } from "./events.ts";
import { factorOperations } from "./factors.ts";
import { keyOperations } from "./keys.ts";
import { oauthOperations } from "./oauth.ts";
import type { Operation, Operations } from "./operation.ts";
import { pathParameters, queryParameters } from "./parameters.ts";
import { problemExamples, problemReplies, responsesOf } from "./responses.ts";
import { type Route, type RouteHandler, routesOf } from "./route.ts";
import { Schemas } from "./schemas.ts";
import { serviceOperations } from "./service.ts";
import { sessionOperations } from "./sessions.ts";

/** By the tag that they stand under, with what it is about. */
const TAGGED: Readonly<Record<string, { about: string; operations: Operations }>> = {
  "Signing in": { about: "Sign-in, sessions and step-up.", operations: sessionOperations },
  Accounts: { about: "One's own, and those of others.", operations: accountOperations },
  "Second factors": {
    about: "Authenticators, passkeys and recovery codes.",
    operations: factorOperations,
  },
  "Roles and permissions": { about: "What may be done.", operations: accessOperations },
  "Service accounts": { about: "Programs and their secrets.", operations: clientOperations },
  Events: { about: "What happened.", operations: eventOperations },
  "Signing keys": { about: "What tokens are verified with.", operations: keyOperations },
  OAuth: { about: "For programs that speak OAuth 2.0.", operations: oauthOperations },
  Service: { about: "Health, errors and this document.", operations: serviceOperations },
};

/** Of every route that something is said of, as the router names it. */
export const DESCRIBED: readonly string[] = Object.values(TAGGED).flatMap(({ operations }) =>
  Object.keys(operations),
);

const DESCRIPTION = `Accounts, sign-in, tokens, roles and permissions. Errors are problem documents (RFC 9457), except under \`/oauth2\`, where they are OAuth's; each code is explained at \`/problems/{code}\`. Times are RFC 3339 in UTC. Unknown keys are refused. After a 503, or without a reply, repeat the request.`;

const SECURITY_SCHEMES = {
  bearer: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "An access token. The permission that a route needs is looked up now.",
  },
  cookie: {
    type: "apiKey",
    in: "cookie",
    name: COOKIE_NAME,
    description: "A refresh token, with `transport=cookie`.",
  },
  client: { type: "http", scheme: "basic", description: "A service account's id and secret." },
};

type Json = Readonly<Record<string, unknown>>;

/**
 * The API as OpenAPI 3.1 has it, of the routes that are served: who may call each, and what it
 * reads, is what its handlers check; the forms of OAuth alone are described beside them.
 *
 * @param issuer where it is served
 * @throws for a route of which nothing is said
 */
export function openApiDocument(handlers: readonly RouteHandler[], issuer: string): Json {
  const schemas = new Schemas();
  const said = routesOf(handlers).map((route) => ({ route, ...saidOf(route) }));
  const paths = Map.groupBy(said, ({ route }) => route.path.replace(/:(\w+)/g, "{$1}"));
  const written = [...paths].map(([path, ofPath]) => [
    path,
    Object.fromEntries(
      ofPath.map((one) => [one.route.method.toLowerCase(), operationOf(one, schemas)]),
    ),
  ]);
  return {
    openapi: "3.1.0",
    info: {
      title: "auth-service",
      version: "1",
      description: DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: issuer }],
    tags: Object.entries(TAGGED).map(([name, { about }]) => ({ name, description: about })),
    paths: Object.fromEntries(written),
    components: {
      responses: problemReplies(said, schemas),
      schemas: schemas.named,
      examples: problemExamples(said, issuer),
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

type Tagged = { readonly tag: string; readonly operation: Operation };

function operationOf({ route, tag, operation }: Tagged & { route: Route }, schemas: Schemas): Json {
  const { id, summary, description, form } = operation;
  const parameters = [...pathParameters(route.path), ...queryParameters(route.query, schemas)];
  const content = form
    ? { "application/x-www-form-urlencoded": { schema: schemas.input(form) } }
    : route.body && {
        "application/json": { schema: schemas.input(route.body), ...examplesOf(operation) },
      };
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description && { description }),
    security: securityOf(route, operation),
    ...(parameters.length > 0 && { parameters }),
    ...(content && { requestBody: { required: !takesNothing(route), content } }),
    responses: responsesOf(route, operation, schemas),
  };
}

const examplesOf = ({ examples }: Operation): Json =>
  examples === undefined
    ? {}
    : {
        examples: Object.fromEntries(
          Object.entries(examples).map(([name, value]) => [name, { value }]),
        ),
      };

function saidOf({ method, path }: Route): Tagged {
  for (const [tag, { operations }] of Object.entries(TAGGED)) {
    const operation = operations[`${method} ${path}`];
    if (operation !== undefined) return { tag, operation };
  }
  throw new Error(`the document of the API says nothing of ${method} ${path}`);
}

/** A permission stands where OAuth would have a scope (OpenAPI 3.1, "Security Requirement Object"). */
function securityOf({ access }: Route, { form, optional = [] }: Operation): Json[] {
  if (form !== undefined) return [{ client: [] }, {}];
  if (access === "public") return optional.length === 0 ? [] : [...optional.map(shown), {}];
  if (typeof access === "string") return [{ bearer: [] }];
  return [{ bearer: [access.permission, ...(access.and === undefined ? [] : [access.and])] }];
}

const shown = (scheme: string): Json => ({ [scheme]: [] });

const takesNothing = ({ body }: Route): boolean => body?.safeParse({}).success ?? false;
