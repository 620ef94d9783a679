import { zValidator } from "@hono/zod-validator";
import type { MiddlewareHandler } from "hono";
import type { output, ZodType } from "zod";
import type { AppContext, AppEnv } from "./context.ts";
import { type FieldError, problem } from "./errors.ts";

type Issue = {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
};

/** Parses the JSON body; a wrong one is 400 with its fields named. */
export const jsonBody = <S extends ZodType>(schema: S) =>
  zValidator<S, "json", AppEnv, string, typeof refuseInvalid>("json", schema, refuseInvalid);

export const queryParams = <S extends ZodType>(schema: S) =>
  zValidator<S, "query", AppEnv, string, typeof refuseInvalid>("query", schema, refuseInvalid);

type Outcome =
  | { readonly success: true }
  | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };

function refuseInvalid(result: Outcome, c: AppContext): Response | undefined {
  return result.success ? undefined : refuse(c, result.error.issues);
}

/**
 * Refuses a body that is not declared as JSON or is not UTF-8 (RFC 8259, section 8.1). A lenient
 * decoder would read every wrong byte as the same letter, and different passwords as one.
 */
export const requireJson: MiddlewareHandler<AppEnv> = async (c, next) => {
  // OAuth's endpoints take forms, and say so in OAuth's own words.
  if (!hasBody(c) || c.req.path.startsWith("/oauth2/")) return next();
  const type = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") return problem(c, "unsupported_media_type");
  if (!isUtf8(await c.req.arrayBuffer())) {
    return problem(c, "invalid_request", {
      errors: [{ path: "", message: "the body is not valid UTF-8" }],
    });
  }
  return next();
};

function isUtf8(bytes: ArrayBuffer): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Parses the body of a route that also works without one. */
export async function optionalJson<S extends ZodType>(
  c: AppContext,
  schema: S,
): Promise<output<S> | Response> {
  const text = await c.req.text();
  const result = schema.safeParse(text === "" ? {} : parseJson(text));
  return result.success ? result.data : refuse(c, result.error.issues);
}

/** Undefined for what is not JSON, which no schema takes. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hasBody(c: AppContext): boolean {
  return c.req.raw.body !== null && c.req.header("content-length") !== "0";
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
