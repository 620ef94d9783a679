import { expect, it } from "vitest";
import * as z from "zod";
import "../../../src/core/validation-messages.ts";

const messageFor = (schema: z.ZodType, value: unknown): string | undefined =>
  schema.safeParse({ field: value }).error?.issues[0]?.message;

it.each<[string, z.ZodType, unknown]>([
  ["is required", z.string(), undefined],
  ["is required", z.object({}), undefined],
  ["must be a text", z.string(), null],
  ["must be a text", z.string().nullable(), 1],
  ["must be a number", z.coerce.number(), "many"],
  ["must be a whole number", z.coerce.number().int(), "1.5"],
  ["must be true or false", z.boolean(), "true"],
  ["must be a list", z.array(z.string()), {}],
  ["must be an object", z.object({}), []],
  ["must be an object", z.record(z.string(), z.string()), "x"],
  ["must be null", z.null(), "x"],
  ["must be of another kind", z.bigint(), "x"],
  ["must be public-key", z.literal("public-key"), "private-key"],
  ["must be one of active, disabled", z.enum(["active", "disabled"]), "gone"],
  ["must not be empty", z.string().min(1), ""],
  ["must not be empty", z.array(z.string()).min(1), []],
  ["must have at least 8 characters", z.string().min(8), "seven"],
  ["must have at most 3 characters", z.string().max(3), "four"],
  ["must have at most 1 items", z.array(z.string()).max(1), ["a", "b"]],
  ["must be at least 1", z.number().min(1), 0],
  ["must be at most 100", z.number().max(100), 101],
  ['must not have "what", "else"', z.strictObject({}), { what: 1, else: 2 }],
  ["is not well-formed", z.email(), "nobody"],
  ["what the schema says itself", z.string().regex(/a/, "what the schema says itself"), "b"],
])("says: %s", (message, field, value) => {
  expect(messageFor(z.object({ field }), value)).toBe(message);
});
