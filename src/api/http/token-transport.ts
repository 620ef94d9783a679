import type { MiddlewareHandler, Next } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { TokenPair } from "../../use-cases/tokens/issue-token.ts";
import { tokensOnWire } from "../wire/sessions/sign-in.ts";
import { transportQuery } from "../wire/sessions/transport.ts";
import type { AppContext, AppEnv } from "./context.ts";
import { problem } from "./errors.ts";
import { queryParams } from "./validation.ts";

/*
 * A page of the same site may keep its refresh token in a cookie, with `?transport=cookie`. Without
 * it no cookie is read or set: no request means something else because a browser sent one along.
 */

const NAME = "refresh_token";

/** As browsers have it, with Hono's prefix. */
export const COOKIE_NAME = `__Host-${NAME}`;

/** `__Host-`: of this host alone, over TLS alone (RFC 6265bis, section 4.1.3.2). */
const PREFIX = "host";

/** Seconds that a browser keeps a cookie at most (RFC 6265bis, section 5.6); Hono throws beyond. */
const MAX_AGE = 34_560_000;

const COOKIE = {
  prefix: PREFIX,
  path: "/",
  secure: true,
  httpOnly: true,
  sameSite: "Strict",
} as const;

const FOREIGN_PAGE = {
  path: "origin",
  message: "must be one of CORS_ORIGINS or the service's own, on the service's site",
};

const checked = queryParams(transportQuery);

/** For a route without a query of its own that takes or gives refresh tokens. */
export const tokenTransport = Object.assign(
  // Most requests have no query, and the hot ones need not pay for one.
  ((c, next) =>
    c.req.url.includes("?")
      ? checked(c, () => readTransport(c, next) as ReturnType<Next>)
      : next()) satisfies MiddlewareHandler<AppEnv>,
  { input: checked.input },
);

/** Follows the check of a query that has `transport` beside others. */
export const readTransport: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.req.query("transport") !== "cookie") return next();
  if (!isFromOwnPage(c)) return problem(c, "forbidden", { errors: [FOREIGN_PAGE] });
  c.set("isByCookie", true);
  return next();
};

/**
 * Whether a page of the service's own made the request, or one that may call it: a cookie goes with
 * requests that its owner knows nothing of. Browsers state where a POST comes from, and what does
 * not is no browser and needs no cookie (Fetch, section 3.2; Fetch Metadata, section 2.3).
 */
function isFromOwnPage(c: AppContext): boolean {
  const { issuer, corsOrigins } = c.get("services").config;
  const origin = c.req.header("origin") ?? "";
  const site = c.req.header("sec-fetch-site") ?? "same-site";
  const isSameSite = site === "same-origin" || site === "same-site";
  return isSameSite && [issuer, ...corsOrigins].includes(origin);
}

/**
 * The refresh token that a request shows, of its cookie or of its body; never one of each.
 *
 * @param field of the body that may have it
 */
export function shownToken(
  c: AppContext,
  inBody: string | undefined,
  field = "refresh_token",
): string | null | Response {
  if (!c.get("isByCookie")) return inBody ?? null;
  if (inBody === undefined) return getCookie(c, NAME, PREFIX) ?? null;
  return problem(c, "invalid_request", {
    errors: [{ path: field, message: "must not be there: the cookie carries it" }],
  });
}

/** For a request that shows none, where one is needed. */
export const withoutToken = (c: AppContext): Response =>
  c.get("isByCookie")
    ? problem(c, "invalid_refresh_token")
    : problem(c, "invalid_request", {
        errors: [{ path: "refresh_token", message: "is required" }],
      });

/** Answers with tokens, the refresh token where the request wants it. */
export function tokensIssued(c: AppContext, tokens: TokenPair): Response {
  const all = tokensOnWire(tokens);
  if (!c.get("isByCookie")) return c.json(all);
  const { refresh_token: token, ...others } = all;
  const maxAge = Math.min(tokens.refreshExpiresIn, MAX_AGE);
  setCookie(c, NAME, token, { ...COOKIE, maxAge });
  return c.json(others);
}

/** Has the browser forget the token of a session that ended. */
export function forgetToken(c: AppContext): void {
  if (c.get("isByCookie")) setCookie(c, NAME, "", { ...COOKIE, maxAge: 0 });
}
