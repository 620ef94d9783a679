import type { ErrorHandler, NotFoundHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { challengeTo, INSUFFICIENT } from "../../client/bearer-token.ts";
import { RETRY_AFTER_OUTAGE } from "../../core/config/constants.ts";
import { consoleLog, errorDetails } from "../../core/logging.ts";
import { ANYONE } from "../../domain/access/actor.ts";
import { Unavailable } from "../../use-cases/outside.ts";
import type { AppContext, AppEnv } from "./context.ts";
import { PROBLEMS, type ProblemCode } from "./problems.ts";

/** Fields at fault that a problem names, however many there are. */
export const MAX_FIELD_ERRORS = 20;

/** Characters of such a field's path that are told. */
export const MAX_PATH_LENGTH = 100;

/** A field at fault: its path in the body or query, and what is wrong with it. */
export type FieldError = { readonly path: string; readonly message: string };

type ProblemDetails = {
  readonly errors?: readonly FieldError[];
  /** Seconds. */
  readonly retryAfter?: number;
  /** In place of the usual one. */
  readonly challenge?: string;
  /** More members of the body (RFC 9457, section 3.2). */
  readonly members?: Readonly<Record<string, unknown>>;
};

/** Answers with `application/problem+json` (RFC 9457). */
export function problem(c: AppContext, code: ProblemCode, details: ProblemDetails = {}): Response {
  const { status, title } = PROBLEMS[code];
  c.set("problemCode", code);
  const { errors, retryAfter, challenge = challengeFor(c, code, status), members } = details;
  if (code === "forbidden") logRefusal(c);
  const body = {
    type: `${baseUrl(c)}/problems/${code}`,
    title,
    status,
    code,
    request_id: c.get("requestId"),
    ...(errors === undefined ? {} : { errors: errors.slice(0, MAX_FIELD_ERRORS).map(shortened) }),
    ...members,
  };
  return c.newResponse(JSON.stringify(body), status, {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    ...(challenge === null ? {} : { "www-authenticate": challenge }),
    ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
  });
}

/** Who asked for what (ASVS 16.3.2): the route as it is declared, since a path may hold anything. */
function logRefusal(c: AppContext): void {
  const { kind, id } = c.get("caller") ?? ANYONE;
  const [requestId, { method }] = [c.get("requestId"), c.req];
  const route = c.get("route") ?? "none";
  consoleLog.info({ event: "access_refused", requestId, method, route, actor: { kind, id } });
}

/** Shortens a path between characters: it may be made of what was sent. */
function shortened({ path, message }: FieldError): FieldError {
  if (path.length <= MAX_PATH_LENGTH) return { path, message };
  return { path: path.slice(0, MAX_PATH_LENGTH).replace(/[\ud800-\udbff]$/, ""), message };
}

export const notJson = (c: AppContext): Response =>
  problem(c, "invalid_request", { errors: [{ path: "", message: "the body is not valid JSON" }] });

/** An outage: the outcome is unknown, and the same request may be sent again. */
function unavailable(c: AppContext): Response {
  return problem(c, "service_unavailable", { retryAfter: RETRY_AFTER_OUTAGE });
}

/** @param wait milliseconds */
export function tooManyRequests(c: AppContext, wait: number): Response {
  return problem(c, "too_many_requests", { retryAfter: Math.max(1, Math.ceil(wait / 1_000)) });
}

/** RFC 9110, section 11.6.1: every 401 says how to authenticate. */
function challengeFor(c: AppContext, code: ProblemCode, status: number): string | null {
  if (code === "forbidden") return INSUFFICIENT;
  if (code === "invalid_token") return challengeTo(c.req.header("authorization"));
  return status === 401 ? "Bearer" : null;
}

/** The misconfigured service knows no issuer; the type is then relative (RFC 9457, section 3.1.1). */
function baseUrl(c: AppContext): string {
  return c.get("services")?.config.issuer ?? "";
}

export const onError: ErrorHandler<AppEnv> = (error, c) => {
  if (error instanceof HTTPException && error.status === 400) {
    return notJson(c);
  }
  logFailure(c.get("requestId"), error);
  return error instanceof Unavailable ? unavailable(c) : problem(c, "internal_error");
};

/** Logs an error for the operator; the reply says only that there was one. */
export function logFailure(requestId: string, error: unknown): void {
  const details = { requestId, ...errorDetails(error) };
  if (error instanceof Unavailable) {
    const { dependency } = error;
    consoleLog.error({ event: "dependency_failed", dependency, ...details });
  } else {
    consoleLog.error({ event: "request_failed", ...details });
  }
}

/** @param methodsOf the methods that a path takes, empty for an unknown path */
export function notFound(methodsOf: (path: string) => readonly string[]): NotFoundHandler<AppEnv> {
  return (c) => {
    const methods = methodsOf(c.req.path);
    if (methods.length === 0) return problem(c, "not_found");
    const response = problem(c, "method_not_allowed");
    // What takes GET takes HEAD (RFC 9110, section 9.1).
    const allowed = methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
    response.headers.set("allow", allowed.join(", "));
    return response;
  };
}
