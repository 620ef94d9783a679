import type { ZodType } from "zod";
import type { ProblemCode } from "../http/problems.ts";

/** A reply that is no problem. */
export type Reply = {
  readonly description: string;
  /** Its body, if it has one. */
  readonly body?: ZodType;
  /** Types in which it may be a text instead of JSON. */
  readonly asText?: readonly string[];
  /** Headers by name, with what they say. */
  readonly headers?: Readonly<Record<string, string>>;
};

/**
 * What the API's document says of a route that its handlers do not say themselves: who may call it
 * and what it reads comes from them.
 */
export type Operation = {
  /** The name of the function in a generated client. */
  readonly id: string;
  readonly summary: string;
  /** CommonMark. */
  readonly description?: string;
  /** Of a route that is open to all: credentials that make a difference if they are there. */
  readonly optional?: readonly ("bearer" | "cookie")[];
  /** Bodies by name, where one cannot be made of each field's own example. */
  readonly examples?: Readonly<Record<string, object>>;
  readonly replies: Readonly<Record<number, Reply>>;
  /** Problems of its own, beside those that every route of its kind has. */
  readonly problems?: readonly ProblemCode[];
  /** A form in place of JSON, and OAuth's errors in place of problems (RFC 6749). */
  readonly form?: ZodType;
};

/** Operations by method and path, as the router has them. */
export type Operations = Readonly<Record<string, Operation>>;

export const NOTHING: Reply = { description: "Done." };
