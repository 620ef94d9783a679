// biome-ignore lint/suspicious/noTsIgnore: @ts-expect-error fails where Hono is installed
/** @ts-ignore stays in the declarations, so that they compile where Hono is not installed */
import type { Context, MiddlewareHandler } from "hono";
import type { AccessTokenClaims } from "../domain/tokens/access-token.ts";
import { bearerToken } from "./bearer-token.ts";
import {
  type Exact,
  type Fields,
  field,
  type MaxStaleness,
  optionsArgument,
  type Question,
  questionFields,
  readOptions,
  wireOptions,
} from "./options.ts";
import { type Refused, refusalOf } from "./refusal.ts";
import {
  type AuthBinding,
  canVerify,
  createVerifier,
  type Verifier,
  type VerifyOptions,
} from "./verifier.ts";

export type RequireAuthOptions = {
  /** The permission the route needs. Without any, every good token will do. */
  readonly permission?: string;
  /** The same for several; given both, all of them are needed. */
  readonly permissions?: readonly [string, ...string[]];
  /** By default `"offline"`. */
  readonly maxStaleness?: MaxStaleness;
  readonly audience?: string;
  /** What the sign-in must amount to: `"aal2"` for two factors. */
  readonly acr?: "aal1" | "aal2";
  /** Seconds since the person last proved who they are. */
  readonly maxAge?: number;
  /** By default the service binding `AUTH`. */
  readonly verifier?: Verifier;
};

/** What `requireAuth` puts behind `c.var`. */
export type AuthVariables = { readonly auth: AccessTokenClaims };

type AuthEnv = { Bindings: { AUTH?: AuthBinding }; Variables: AuthVariables };

/**
 * Hono middleware: lets a request through whose bearer token is good (RFC 6750, section 2.1), with
 * its claims in `c.var.auth`. An outage is 503, never 401: a client signs its user out on 401.
 *
 * @throws TypeError that names the option that is unknown or no good, where the route is defined
 */
export function requireAuth(): MiddlewareHandler<AuthEnv>;
export function requireAuth<Given extends RequireAuthOptions>(
  options: Given & Exact<Given, RequireAuthOptions>,
): MiddlewareHandler<AuthEnv>;
export function requireAuth(...given: readonly unknown[]): MiddlewareHandler<AuthEnv> {
  const options = optionsArgument("requireAuth", given);
  const { verifier, ...wanted } = readOptions("requireAuth", options, FIELDS);
  const asked = wireOptions("requireAuth", wanted);
  const question: VerifyOptions = Object.freeze({ ...DEFAULTS, ...asked });
  return async (c, next) => {
    const authorization = c.req.header("authorization");
    const token = bearerToken(authorization);
    if (token === null) return refuse(c, NO_TOKEN, authorization);
    const verdict = await (verifier ?? verifierOf(c)).verify(token, question);
    if (!verdict.ok) return refuse(c, verdict, authorization);
    c.set("auth", verdict.claims);
    return next();
  };
}

const NO_TOKEN = { ok: false, code: "invalid_token" } as const;

const DEFAULTS = { maxStaleness: "offline", permissions: Object.freeze<string[]>([]) } as const;

/** A list without a permission would let anyone in, so it is a mistake. */
const FIELDS: Fields<Question & Pick<RequireAuthOptions, "verifier">> = {
  ...questionFields(1),
  verifier: field("what createVerifier made", canVerify),
};

function verifierOf(c: Context<AuthEnv>): Verifier {
  const binding = c.env?.AUTH; // outside Workers there may be no env at all
  if (binding === undefined) throw new Error("requireAuth needs a verifier or the binding AUTH");
  return createVerifier({ binding });
}

function refuse(c: Context<AuthEnv>, verdict: Refused, authorization?: string): Response {
  const { status, headers, body } = refusalOf(verdict, authorization);
  return c.newResponse(JSON.stringify(body), { status, headers });
}
