import type { ErrorHandler } from "hono";
import { LIMIT_PERIOD, RETRY_AFTER_OUTAGE } from "../core/constants.ts";
import { Unavailable } from "../use-cases/ports.ts";
import type { AppContext, AppEnv } from "./context.ts";
import { logFailure } from "./errors.ts";

/** RFC 6749, section 5.2; the last two are section 4.1.2.1's words for the same. */
const STATUS = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  invalid_scope: 400,
  unsupported_token_type: 400, // RFC 7009, section 2.2.1
  server_error: 500,
  temporarily_unavailable: 503,
} as const;

export type OAuthErrorCode = keyof typeof STATUS;

/** Answers as RFC 6749, section 5.2, has it: what OAuth's own clients read. */
export function oauthError(c: AppContext, error: OAuthErrorCode, description?: string): Response {
  const body = description === undefined ? { error } : { error, error_description: description };
  return oauthReply(c, STATUS[error], body);
}

/** Of OAuth's words the nearest, which asks to come back later, under HTTP's own status. */
export const oauthTooManyRequests = (c: AppContext): Response =>
  oauthReply(c, 429, { error: "temporarily_unavailable" satisfies OAuthErrorCode });

/** Seconds after which to try again, by status. */
const RETRY_AFTER: Readonly<Record<number, number>> = {
  429: LIMIT_PERIOD,
  503: RETRY_AFTER_OUTAGE,
};

function oauthReply(c: AppContext, status: 400 | 401 | 429 | 500 | 503, body: object): Response {
  const headers = new Headers({ "content-type": "application/json", "cache-control": "no-store" });
  if (status === 401) headers.set("www-authenticate", 'Basic realm="oauth2", charset="UTF-8"');
  const retryAfter = RETRY_AFTER[status];
  if (retryAfter !== undefined) headers.set("retry-after", String(retryAfter));
  return c.newResponse(JSON.stringify(body), { status, headers });
}

export const onOAuthError: ErrorHandler<AppEnv> = (error, c) => {
  logFailure(c.get("requestId"), error);
  return oauthError(c, error instanceof Unavailable ? "temporarily_unavailable" : "server_error");
};
