import { describe, expect, it } from "vitest";
import { PROBLEMS } from "../../../src/api/http/problems.ts";
import { DESCRIBED } from "../../../src/api/openapi/document.ts";
import { call } from "../../support/client.ts";
import { accessTo, permissionsFor, routes } from "../../support/matrix.ts";
import { inputsOf, nameOf, routesWith } from "../../support/route-inputs.ts";

// biome-ignore lint/suspicious/noExplicitAny: a document is looked into, and what it holds is judged
type Json = any;

const { body: document, headers } = await call("GET", "/openapi.json");

const operationOf = ({ method, path }: { method: string; path: string }): Json =>
  document.paths[path.replace(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()];

/** Open to all, and not the same for whoever shows an access token. */
const LOOKING = new Set(["POST /v1/auth/email/verify", "POST /v1/auth/logout"]);

describe("the API's document", () => {
  it("describes every route, and nothing that is none", () => {
    expect(routes.filter((route) => operationOf(route) === undefined).map(nameOf)).toEqual([]);
    expect(DESCRIBED.toSorted()).toEqual(routes.map(nameOf).toSorted());
    const ids = routes.map((route) => operationOf(route).operationId);
    expect(new Set(ids).size).toBe(routes.length);
  });

  it("says of each route who may call it", () => {
    for (const route of routes) {
      const { security } = operationOf(route);
      const isOpen = accessTo(route) === "public" && !LOOKING.has(nameOf(route));
      const asked = isOpen ? undefined : permissionsFor(route);
      const bearer = security.find((one: Json) => "bearer" in one)?.bearer;
      expect([nameOf(route), bearer]).toEqual([nameOf(route), asked]);
    }
  });

  it("every code of the catalogue stands in it", () => {
    const shown = Object.values<Json>(document.components.examples).map(({ value }) => value.code);
    // What a path does not take is told of paths, not of operations.
    const others = Object.keys(PROBLEMS).filter((code) => code !== "method_not_allowed");
    expect(shown.toSorted()).toEqual(others.toSorted());
  });

  it("is the issuer's, and is kept by whoever read it until it changes", async () => {
    expect(document).toMatchObject({
      openapi: "3.1.0",
      servers: [{ url: "http://localhost:8787" }],
    });
    const etag = headers.get("etag") ?? "";
    const again = await call("GET", "/openapi.json", { headers: { "if-none-match": etag } });
    expect([again.status, again.body]).toEqual([304, ""]);
  });
});

/** A body as a viewer makes it: of the example of every field. */
function exampleOf(schema: Json): unknown {
  if (schema.examples !== undefined) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf !== undefined) return exampleOf(schema.anyOf[0]);
  if (schema.type === "array") return [exampleOf(schema.items)];
  if (schema.type === "boolean") return true;
  if (schema.type !== "object") throw new Error(`no example: ${JSON.stringify(schema)}`);
  return Object.fromEntries(
    Object.entries(schema.properties).map(([name, field]) => [name, exampleOf(field)]),
  );
}

it.each(routesWith("body"))("the examples for %s are taken", (_, { route, input }) => {
  const { schema, examples } = operationOf(route).requestBody.content["application/json"];
  const bodies = examples
    ? Object.values<Json>(examples).map(({ value }) => value)
    : [exampleOf(schema)];
  for (const body of bodies) expect(input.safeParse(body).error).toBeUndefined();
});

it.each(
  routes.filter((route) => inputsOf(route).form !== null).map((route) => [nameOf(route), route]),
)("the form of %s is what its handler reads", async (_, route) => {
  const content = operationOf(route).requestBody.content["application/x-www-form-urlencoded"];
  const { properties, required } = content.schema;
  const form = inputsOf(route).form ?? {};
  for (const name of Object.keys(form)) expect(Object.keys(properties)).toContain(name);
  for (const name of required) {
    const others = Object.entries(form).filter(([other]) => other !== name);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const body = new URLSearchParams({ ...Object.fromEntries(others), client_id: "first-party" });
    const { status } = await call(route.method, route.path, { headers, body: `${body}` });
    expect([name, status]).toEqual([name, route.path === "/oauth2/introspect" ? 401 : 400]);
  }
});
