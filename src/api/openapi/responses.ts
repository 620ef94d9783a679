import { PROBLEMS, type ProblemCode } from "../http/problems.ts";
import type { Operation, Reply } from "./operation.ts";
import { OAUTH_STATUSES, oauthError, problem, problemExample, problemsOf } from "./problems.ts";
import type { Route } from "./route.ts";
import type { Schemas } from "./schemas.ts";

type Json = Readonly<Record<string, unknown>>;

/** A route, and what is said of it. */
type Said = { readonly route: Route; readonly operation: Operation };

/** Everything that a route may answer, by status. */
export function responsesOf(route: Route, operation: Operation, schemas: Schemas): Json {
  const failures = operation.form ? oauthErrors(schemas) : problemRefs(route, operation);
  const responses: Record<string, Json> = { ...failures };
  for (const [status, reply] of Object.entries(operation.replies)) {
    const written = replyOf(reply, schemas);
    if (reply.headers?.["etag"]) responses[304] = { description: "It is as you know it." };
    // Health is told in its own form, and its outages as every other.
    const codes = problemsOf(route, operation).get(Number(status));
    responses[status] = codes
      ? besideProblem(written, problemReply(Number(status), codes, schemas))
      : written;
  }
  return responses;
}

const besideProblem = (written: Json, failure: Json): Json => ({
  ...failure,
  ...written,
  content: { ...contentOf(failure), ...contentOf(written) },
});

const contentOf = ({ content }: Json): object =>
  typeof content === "object" ? { ...content } : {};

function replyOf({ description, body, asText = [], headers }: Reply, schemas: Schemas): Json {
  const texts = asText.map((type) => [type, { schema: { type: "string" } }]);
  const content = body && {
    "application/json": { schema: schemas.output(body) },
    ...Object.fromEntries(texts),
  };
  return { description, ...headersOf(headers), ...(content && { content }) };
}

const headersOf = (headers: Readonly<Record<string, string>> | undefined): Json =>
  headers === undefined
    ? {}
    : {
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, description]) => [
            name,
            { description, schema: { type: "string" } },
          ]),
        ),
      };

/** A reply that several routes have stands once, under the codes that it may have. */
const problemRefs = (route: Route, operation: Operation): Record<string, Json> =>
  Object.fromEntries(
    [...problemsOf(route, operation)].map(([status, codes]) => [
      status,
      { $ref: `#/components/responses/${nameOf(codes)}` },
    ]),
  );

const nameOf = (codes: readonly ProblemCode[]): string => codes.toSorted().join(".");

/** The replies that routes refer to. */
export const problemReplies = (said: readonly Said[], schemas: Schemas): Json =>
  Object.fromEntries(
    said
      .filter(({ operation }) => operation.form === undefined)
      .flatMap(({ route, operation }) => [...problemsOf(route, operation)])
      .map(([status, codes]) => [nameOf(codes), problemReply(status, codes, schemas)]),
  );

function problemReply(status: number, codes: readonly ProblemCode[], schemas: Schemas): Json {
  const schema = { allOf: [schemas.output(problem), { properties: { code: { enum: codes } } }] };
  const examples = Object.fromEntries(
    codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
  );
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join(" "),
    ...headersOf(HEADERS[status]),
    content: { "application/problem+json": { schema, examples } },
  };
}

/** The problems that those replies show. */
export const problemExamples = (said: readonly Said[], issuer: string): Json =>
  Object.fromEntries(
    said
      .flatMap(({ route, operation }) => [...problemsOf(route, operation).values()].flat())
      .map((code) => [code, problemExample(code, issuer)]),
  );

const oauthErrors = (schemas: Schemas): Record<string, Json> =>
  Object.fromEntries(
    OAUTH_STATUSES.map((status) => [
      status,
      {
        description: "`error` says what is wrong, in OAuth's words.",
        ...headersOf(HEADERS[status]),
        content: { "application/json": { schema: schemas.output(oauthError) } },
      },
    ]),
  );

/** What clients look at beside the body, by status. */
const HEADERS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { "WWW-Authenticate": "How to authenticate (RFC 9110, section 11.6.1; RFC 9470)." },
  403: { "WWW-Authenticate": "With `forbidden`: that a permission is missing (RFC 6750)." },
  429: { "Retry-After": "Seconds." },
  503: { "Retry-After": "Seconds." },
};
