import type { Context, MiddlewareHandler } from "hono";
import type { AccessTokenClaims } from "../domain/access-token.ts";
import type { AuthBinding, MaxStaleness, Verdict, Verifier } from "./verifier.ts";
import { createVerifier } from "./verifier.ts";

export type RequireAuthOptions = {
  /** The permission the route needs. Without it any good token will do. */
  readonly permission?: string;
  /** By default `"offline"`. */
  readonly maxStaleness?: MaxStaleness;
  readonly audience?: string;
  /** By default the service binding `AUTH`. */
  readonly verifier?: Verifier;
};

/** What `requireAuth` puts behind `c.var`. */
export type AuthVariables = { readonly auth: AccessTokenClaims };

type AuthEnv = { Bindings: { AUTH?: AuthBinding }; Variables: AuthVariables };

type Refusal = Extract<Verdict, { ok: false }>["code"];

const STATUS = {
  invalid_token: 401,
  forbidden: 403,
  unavailable: 503,
  invalid_request: 500, // the route asks what its verifier cannot answer
} as const satisfies Record<Refusal, number>;

const RETRY_AFTER_SECONDS = "2";

/**
 * Hono middleware: lets a request through whose bearer token is good (RFC 6750, section 2.1), with
 * its claims in `c.var.auth`. An outage is 503, never 401: a client signs its user out on 401.
 */
export function requireAuth(options: RequireAuthOptions = {}): MiddlewareHandler<AuthEnv> {
  const { permission, maxStaleness = "offline", audience } = options;
  return async (c, next) => {
    const token = bearerToken(c.req.header("authorization"));
    if (token === null) return refuse(c, "invalid_token");
    const verdict = await verifierOf(c, options).verify(token, {
      maxStaleness,
      permissions: permission === undefined ? [] : [permission],
      ...(audience === undefined ? {} : { audience }),
    });
    if (!verdict.ok) return refuse(c, verdict.code);
    c.set("auth", verdict.claims);
    return next();
  };
}

function verifierOf(c: Context<AuthEnv>, { verifier }: RequireAuthOptions): Verifier {
  if (verifier !== undefined) return verifier;
  const binding = c.env?.AUTH; // outside Workers there may be no env at all
  if (binding === undefined) throw new Error("requireAuth needs a verifier or the binding AUTH");
  return createVerifier({ binding });
}

function bearerToken(header: string | undefined): string | null {
  return /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(header ?? "")?.[1] ?? null;
}

/** `application/problem+json` (RFC 9457); the challenge is RFC 6750's, section 3. */
function refuse(c: Context<AuthEnv>, code: Refusal): Response {
  const status = STATUS[code];
  const headers = new Headers({
    "content-type": "application/problem+json",
    "cache-control": "no-store",
  });
  if (status === 401) headers.set("www-authenticate", 'Bearer error="invalid_token"');
  if (status === 503) headers.set("retry-after", RETRY_AFTER_SECONDS);
  return c.newResponse(JSON.stringify({ type: "about:blank", status, code }), { status, headers });
}
