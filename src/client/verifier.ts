import {
  type AccessTokenClaims,
  type AskedProof,
  judgeClaims,
} from "../domain/tokens/access-token.ts";
import { verifyAccessToken } from "./access-token.ts";
import {
  type Exact,
  type Fields,
  field,
  isText,
  type MaxStaleness,
  optionsArgument,
  questionFields,
  readOptions,
  type WireOptions,
  wireOptions,
} from "./options.ts";
import { remoteKeys } from "./remote-keys.ts";

export type VerifyOptions = {
  /** The audience the token must be for; by default the service's own. */
  readonly audience?: string;
  /** The permission the caller must hold, wildcards counted. */
  readonly permission?: string;
  /** The same for several; given both, all of them are needed. */
  readonly permissions?: readonly string[];
  /** By default `"offline"`. */
  readonly maxStaleness?: MaxStaleness;
  /** What the sign-in must amount to: `"aal2"` for two factors. */
  readonly acr?: "aal1" | "aal2";
  /** Seconds since the person last proved who they are. */
  readonly maxAge?: number;
};

/**
 * `invalid_token`: sign in or refresh. `forbidden`: a permission is missing.
 * `insufficient_user_authentication`: step up (RFC 9470), and come with the token from that.
 * `unavailable`: nothing was decided, try again. `invalid_request`: the call itself is wrong.
 */
export type Verdict =
  | { readonly ok: true; readonly claims: AccessTokenClaims }
  | {
      readonly ok: false;
      readonly code:
        | "invalid_token"
        | "forbidden"
        | "insufficient_user_authentication"
        | "unavailable"
        | "invalid_request";
      /** What has to be proved; more than what was asked, where a role needs two factors. */
      readonly acr?: "aal1" | "aal2" | undefined;
      readonly maxAge?: number | undefined;
    };

/**
 * Options may be left out; `undefined` in their place is `invalid_request`, as any wrong option is.
 */
export type Verifier = {
  verify(token: string): Promise<Verdict>;
  verify<Given extends VerifyOptions>(
    token: string,
    options: Given & Exact<Given, VerifyOptions>,
  ): Promise<Verdict>;
};

/** What the service binding to `AuthRpc` offers. */
export type AuthBinding = {
  verify(token: string, options?: WireOptions): Promise<Verdict>;
};

type BindingOptions = { readonly binding: AuthBinding };

/** For whoever has no binding. */
type KeySetOptions = {
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  /** By default the global one. */
  readonly fetch?: typeof fetch;
  /** Unix milliseconds; by default the system's. */
  readonly clock?: () => number;
};

type Without<Shape> = { readonly [Key in keyof Shape]?: never };

export type VerifierOptions =
  | (BindingOptions & Without<KeySetOptions>)
  | (KeySetOptions & Without<BindingOptions>);

/**
 * Verifies access tokens: through a service binding with any freshness, or offline with nothing
 * but the JWKS, wherever `fetch` and WebCrypto exist.
 *
 * @throws TypeError that names the option that is missing, unknown or no good
 */
export function createVerifier(options: VerifierOptions): Verifier;
export function createVerifier(...given: readonly unknown[]): Verifier {
  const options = optionsArgument("createVerifier", given);
  const { binding, ...keySet } = readOptions("createVerifier", options, FIELDS);
  if (binding === undefined) return offlineVerifier(complete(keySet));
  const [other] = Object.keys(keySet);
  if (other === undefined) return boundVerifier(binding);
  throw new TypeError(`createVerifier: ${other} means nothing to a verifier with a binding`);
}

const isFunction = <Kind>(value: unknown): value is Kind => typeof value === "function";

const isWebAddress = (value: unknown): value is string =>
  isText(value) && /^https?:/i.test(value) && URL.canParse(value);

/** A service binding answers to any name, so only a call shows what it is bound to. */
export const canVerify = (value: unknown): value is AuthBinding & Verifier =>
  ((typeof value === "object" && value !== null) || typeof value === "function") &&
  typeof Reflect.get(value, "verify") === "function";

const FIELDS: Fields<BindingOptions & KeySetOptions> = {
  binding: field('a service binding to "AuthRpc": see wrangler.toml', canVerify),
  jwksUrl: field("an http(s) address", isWebAddress),
  issuer: field("a non-empty string", isText),
  audience: field("a non-empty string", isText),
  fetch: field("a function", isFunction<typeof fetch>),
  clock: field("a function", isFunction<() => number>),
};

function complete(given: Partial<KeySetOptions>): KeySetOptions {
  const { jwksUrl, issuer, audience } = given;
  if (jwksUrl === undefined || issuer === undefined || audience === undefined) {
    throw new TypeError("createVerifier needs a binding, or jwksUrl, issuer and audience");
  }
  return { ...given, jwksUrl, issuer, audience };
}

/**
 * A call that breaks off has decided nothing. A binding to something else than `AuthRpc` is a
 * mistake in wrangler.toml that no waiting mends, so it is thrown.
 */
function boundVerifier(binding: AuthBinding): Verifier {
  return {
    async verify(token: string, ...given: readonly unknown[]): Promise<Verdict> {
      const question = questionOf(given);
      if (question === null) return INVALID_REQUEST;
      try {
        return await binding.verify(token, question);
      } catch (cause) {
        if (!isWrongBinding(cause)) return { ok: false, code: "unavailable" };
        throw new Error('the binding has no verify: bind the entrypoint "AuthRpc"', { cause });
      }
    },
  };
}

/** How the runtime says that the other side has no such method. */
const isWrongBinding = (error: unknown): boolean =>
  error instanceof TypeError && /does not implement|is not a function/.test(error.message);

const INVALID_REQUEST: Verdict = Object.freeze({ ok: false, code: "invalid_request" });

const QUESTION = questionFields(0);

/** Null for wrong options, which become a verdict: `verify` throws nothing for what it is given. */
function questionOf(given: readonly unknown[]): WireOptions | null {
  try {
    return wireOptions("verify", readOptions("verify", optionsArgument("verify", given), QUESTION));
  } catch {
    return null;
  }
}

function offlineVerifier(options: KeySetOptions): Verifier {
  const clock = options.clock ?? (() => Date.now());
  const fetcher = options.fetch ?? ((input, init) => fetch(input, init));
  const keys = remoteKeys({ jwksUrl: options.jwksUrl, fetch: fetcher, clock });

  return {
    async verify(token: unknown, ...given: readonly unknown[]): Promise<Verdict> {
      const question = questionOf(given);
      if (typeof token !== "string" || question === null) return INVALID_REQUEST;
      const { audience = options.audience, permissions = [], maxStaleness = "offline" } = question;
      // The JWKS says nothing of sessions.
      if (maxStaleness !== "offline") return INVALID_REQUEST;
      const expected = { issuer: options.issuer, audience, now: clock() };
      try {
        const claims = await verifyAccessToken(token, expected, keys.find);
        return judge(claims, permissions, question, expected.now);
      } catch {
        return { ok: false, code: "unavailable" };
      }
    },
  };
}

/** @param claims null for a token that is no good */
function judge(
  claims: AccessTokenClaims | null,
  needed: readonly string[],
  asked: AskedProof,
  now: number,
): Verdict {
  if (claims === null) return { ok: false, code: "invalid_token" };
  const found = judgeClaims(claims, claims.permissions, needed, asked, now);
  if (found === "enough") return { ok: true, claims };
  return { ok: false, ...(found === "forbidden" ? { code: found } : found) };
}
