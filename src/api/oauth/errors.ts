import type { MiddlewareHandler } from "hono";
import { LIMIT_PERIOD, RETRY_AFTER_OUTAGE } from "../../core/config/constants.ts";
import type { AppContext, AppEnv } from "../http/context.ts";

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

/** OAuth's error code for each refusal of a use case. */
const WORD_OF_REFUSAL = {
  invalid_client: "invalid_client",
  invalid_refresh_token: "invalid_grant",
  forbidden: "unauthorized_client",
  no_session: "unsupported_token_type",
} as const satisfies Record<string, OAuthErrorCode>;

export const oauthRefused = (c: AppContext, refusal: keyof typeof WORD_OF_REFUSAL): Response =>
  oauthError(c, WORD_OF_REFUSAL[refusal]);

const isOAuthPath = (c: AppContext): boolean => c.req.path.startsWith("/oauth2/");

/** Answers as RFC 6749, section 5.2, has it: what OAuth's own clients read. */
export function oauthError(c: AppContext, error: OAuthErrorCode, description?: string): Response {
  return oauthReply(c, STATUS[error], error, description);
}

/** OAuth has no code for rate limits: this is the nearest one, under HTTP's own status. */
export const oauthTooManyRequests = (c: AppContext): Response =>
  oauthReply(c, 429, "temporarily_unavailable");

/** Seconds after which to try again, by status. */
const RETRY_AFTER: Readonly<Record<number, number>> = {
  429: LIMIT_PERIOD,
  503: RETRY_AFTER_OUTAGE,
};

function oauthReply(
  c: AppContext,
  status: 400 | 401 | 429 | 500 | 503,
  error: OAuthErrorCode,
  description?: string,
): Response {
  c.set("problemCode", error);
  const headers = new Headers(PLAIN);
  if (status === 401) headers.set("www-authenticate", 'Basic realm="oauth2", charset="UTF-8"');
  const retryAfter = RETRY_AFTER[status];
  if (retryAfter !== undefined) headers.set("retry-after", String(retryAfter));
  return c.newResponse(bodyOf(error, description), { status, headers });
}

/** `pragma` is for caches of HTTP/1.0 (RFC 6749, section 5.1). */
export const NOT_KEPT = { "cache-control": "no-store", pragma: "no-cache" };
const PLAIN = { "content-type": "application/json", ...NOT_KEPT };

const bodyOf = (error: OAuthErrorCode, description?: string): string =>
  JSON.stringify(description === undefined ? { error } : { error, error_description: description });

/**
 * Turns problem documents on OAuth paths (an unknown path, a body too large, an outage) into OAuth
 * errors, which OAuth's own clients read. The status and the other headers stay.
 */
export const speakOAuth: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  if (!isOAuthPath(c) || c.res.headers.get("content-type") !== "application/problem+json") return;
  const { status, headers } = c.res;
  const { title }: { title: string } = await c.res.json();
  c.res = new Response(bodyOf(wordFor(status), title), { status, headers });
  for (const [name, value] of Object.entries(PLAIN)) c.res.headers.set(name, value);
};

function wordFor(status: number): OAuthErrorCode {
  if (status === 429 || status === 503) return "temporarily_unavailable";
  return status < 500 ? "invalid_request" : "server_error";
}
