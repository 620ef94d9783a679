import { zValidator } from "@hono/zod-validator";
import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { input, output, ZodType } from "zod";
import "../../core/validation-messages.ts";
import { repeatedKey } from "../wire/repeated-key.ts";
import type { AppContext, AppEnv } from "./context.ts";
import { type FieldError, notJson, problem } from "./errors.ts";

/** Bytes of a request's body. */
const MAX_BODY_SIZE = 16 * 1024;

type Issue = {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
};

/** What a handler reads, for whoever asks which inputs a route takes. */
type Input = { readonly body?: ZodType; readonly query?: ZodType };

/** Parses the JSON body; a wrong one is 400 with its fields named. */
export const jsonBody = <S extends ZodType>(schema: S) =>
  Object.assign(
    zValidator<S, "json", AppEnv, string, typeof refuseInvalid>("json", schema, refuseInvalid),
    { input: { body: schema } },
  );

export const queryParams = <S extends ZodType>(schema: S) =>
  Object.assign(
    zValidator<S, "query", AppEnv, string, typeof refuseInvalid>("query", schema, refuseInvalid),
    { input: { query: schema } },
  );

/** What a handler reads of a request; nothing where it validates nothing. */
export const inputOf = (handler: unknown): Input =>
  typeof handler === "function" && "input" in handler ? (handler.input as Input) : {};

type Outcome =
  | { readonly success: true }
  | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };

function refuseInvalid(result: Outcome, c: AppContext): Response | undefined {
  return result.success ? undefined : refuse(c, result.error.issues);
}

const limit = bodyLimit({
  maxSize: MAX_BODY_SIZE,
  onError: (c) => problem(c as AppContext, "payload_too_large"),
});

/**
 * Limits a body by its stated length (RFC 9112, section 6.3); without one it is counted as it comes,
 * where a route reads it. Hono's middleware, asked first, would make a stream of every body to see
 * whether there is one (0009).
 */
export const limitBody: MiddlewareHandler<AppEnv> = async (c, next) => {
  const stated = statedLength(c);
  // It reads the whole body, and only then asks whoever comes next, whose errors are answered there.
  if (stated === undefined && !isReadOnly(c)) return limit(c, next).catch(() => brokenOff(c));
  return Number(stated ?? 0) > MAX_BODY_SIZE ? problem(c, "payload_too_large") : next();
};

/**
 * Refuses a body that is not declared as JSON or is not UTF-8 (RFC 8259, section 8.1). A lenient
 * decoder maps every invalid byte to the same character, and so different passwords to one.
 */
export const requireJson: MiddlewareHandler<AppEnv> = async (c, next) => {
  // OAuth's endpoints take forms, and say so in OAuth's own words.
  if (isReadOnly(c) || !hasBody(c) || c.req.path.startsWith("/oauth2/")) return next();
  const type = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") return problem(c, "unsupported_media_type");
  const bytes = await bodyOf(c);
  if (bytes === null) return brokenOff(c);
  const text = utf8(bytes);
  if (text === null) return malformed(c, "", "the body is not valid UTF-8");
  const repeated = repeatedKey(text);
  if (repeated !== null) return malformed(c, repeated, "is given twice");
  // Hono would decode its cached bytes once more, through a stream: a tenth of a refresh (0009).
  Object.assign(c.req.bodyCache, { text: Promise.resolve(text) });
  return next();
};

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

function utf8(bytes: ArrayBuffer): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** The whole body, or null where it broke off: whoever sent it went away, or lost count. */
export const bodyOf = (c: AppContext): Promise<ArrayBuffer | null> =>
  c.req.arrayBuffer().catch(() => null);

const brokenOff = (c: AppContext): Response => malformed(c, "", "the body broke off");

const malformed = (c: AppContext, path: string, message: string): Response =>
  problem(c, "invalid_request", { errors: [{ path, message }] });

type Validated<S extends ZodType> = { in: { json: input<S> }; out: { json: output<S> } };

/** Parses the body of a route that also works without one. */
export function optionalJsonBody<S extends ZodType>(schema: S) {
  const handler: MiddlewareHandler<AppEnv, string, Validated<S>> = async (c, next) => {
    const text = await c.req.text();
    const json = text === "" ? {} : parseJson(text);
    if (json === undefined) return notJson(c);
    const result = schema.safeParse(json);
    if (!result.success) return refuse(c, result.error.issues);
    c.req.addValidatedData("json", Object(result.data));
    return next();
  };
  return Object.assign(handler, { input: { body: schema } });
}

/** Undefined for what is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** No route reads their bodies, and asking whether there is one would create a stream. */
const isReadOnly = (c: AppContext): boolean => c.req.method === "GET" || c.req.method === "HEAD";

/** The length that a request states; beside Transfer-Encoding it says nothing. */
const statedLength = (c: AppContext): string | undefined =>
  c.req.header("transfer-encoding") === undefined ? c.req.header("content-length") : undefined;

function hasBody(c: AppContext): boolean {
  const stated = statedLength(c);
  return stated === undefined ? c.req.raw.body !== null : stated !== "0";
}

function refuse(c: AppContext, issues: readonly Issue[]): Response {
  return problem(c, "invalid_request", { errors: issues.flatMap(fieldsOf) });
}

/** An unknown key is named itself, not the object that held it. */
function fieldsOf({ code, path, message, keys }: Issue): FieldError[] {
  if (code === "unrecognized_keys" && keys !== undefined) {
    return keys.map((key) => ({ path: pathOf([...path, key]), message: "is not known" }));
  }
  return [{ path: pathOf(path), message }];
}

const pathOf = (path: readonly PropertyKey[]): string => path.map(String).join(".");
