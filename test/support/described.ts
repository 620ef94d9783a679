import { type Schema, Validator } from "@cfworker/json-schema";
import { app } from "../../src/api/http/app.ts";
import { openApiDocument } from "../../src/api/openapi/document.ts";
import type { Reply } from "./client.ts";

/*
 * Every reply that a test gets is one that the API's document describes: its status, its type and
 * its body, without a member that the document does not name.
 */

// biome-ignore lint/suspicious/noExplicitAny: a document is looked into, and what it holds is judged
type Json = any;

const document: Json = openApiDocument(app.routes, "http://localhost:8787");

const operations = Object.entries<Json>(document.paths).map(([path, methods]) => ({
  pattern: new RegExp(`^${path.replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+")}$`),
  methods,
}));

/** What paths begin with. */
const ROOTS = new Set(Object.keys(document.paths).map((path) => path.split("/")[1]));

const components = {
  ...document.components,
  schemas: Object.fromEntries(
    Object.entries(document.components.schemas).map(([name, schema]) => [name, closed(schema)]),
  ),
};

/** As the document has it, but without members that it does not name: clients must expect more. */
function closed(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, key === "allOf" ? value : closed(value)]),
  );
  const isObject = schema.type === "object" && schema.properties !== undefined;
  return isObject ? { additionalProperties: false, ...inner } : inner;
}

const validators = new Map<string, Validator>();

function validatorOf(name: string, schema: Json): Validator {
  const known = validators.get(name);
  if (known !== undefined) return known;
  const made = new Validator({ ...closed(schema), components } as Schema, "2020-12", false);
  validators.set(name, made);
  return made;
}

/** @throws for a reply that the document does not describe */
export function expectDescribed(method: string, path: string, reply: Reply): void {
  const bare = new URL(`http://localhost:8787${path}`).pathname;
  const verb = method.toLowerCase();
  const found = operations.find(({ pattern, methods }) => pattern.test(bare) && verb in methods);
  const { status, headers, body } = reply;
  if (found === undefined) {
    // No route: what is answered is told of paths, and HEAD is a GET without its body.
    const isElsewhere = !ROOTS.has(bare.split("/")[1] ?? ""); // an app that a test made for itself
    if ([404, 405].includes(status) || ["HEAD", "OPTIONS"].includes(method) || isElsewhere) return;
    throw new Error(`${method} ${bare} ${status} is no route of the document`);
  }
  const operation = found.methods[verb];
  const declared = operation.responses[status];
  const response = refersTo(declared) ?? declared;
  const what = `${method} ${bare} ${status}`;
  if (response === undefined) throw new Error(`${what} is not described: ${JSON.stringify(body)}`);
  const [type = ""] = (headers.get("content-type") ?? "").split(";");
  const media = response.content?.[type];
  if (media === undefined) {
    if (response.content !== undefined || body !== "")
      throw new Error(`${what}: ${type} is not described`);
    return;
  }
  if (!/[/+]json$/.test(type)) return;
  const { valid, errors } = validatorOf(
    `${operation.operationId} ${status} ${type}`,
    media.schema,
  ).validate(body);
  if (!valid)
    throw new Error(
      `${what} is not as described: ${JSON.stringify(errors)} ${JSON.stringify(body)}`,
    );
}

const refersTo = (response: Json): Json =>
  response?.$ref === undefined
    ? undefined
    : document.components.responses[response.$ref.split("/").at(-1)];
