import type { ZodType } from "zod";
import { PROBLEMS } from "../http/problems.ts";
import type { Schemas } from "./schemas.ts";

type Json = Readonly<Record<string, unknown>>;

const opaque = (prefix: string) => ({ type: "string", examples: [`${prefix}${"A".repeat(22)}`] });

/** By what stands before it in the path, or by its name. */
const IN_PATHS: readonly (readonly [RegExp, Json])[] = [
  [/\/sessions\/:id$/, opaque("ses_")],
  [/\/factors\/(totp\/)?:id/, opaque("fac_")],
  [/\/service-accounts\/:id/, opaque("svc_")],
  [/\/users\/:id/, opaque("usr_")],
];

const BY_NAME: Readonly<Record<string, Json>> = {
  role: { type: "string", examples: ["editor"] },
  name: { type: "string", examples: ["editor"] },
  secret: { type: "string", description: "Its `id` in the list." },
  code: { type: "string", enum: Object.keys(PROBLEMS) },
};

export const pathParameters = (path: string): Json[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: BY_NAME[name] ??
      IN_PATHS.find(([place]) => place.test(path))?.[1] ?? { type: "string" },
  }));

export function queryParameters(query: ZodType | null, schemas: Schemas): Json[] {
  if (query === null) return [];
  const { properties = {}, required = [] } = schemas.input(query) as {
    properties?: Record<string, { description?: string }>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    required: required.includes(name),
    ...(description && { description }),
    schema,
  }));
}
