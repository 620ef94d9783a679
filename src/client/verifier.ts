import type { AccessTokenClaims } from "../domain/access-token.ts";
import { verifyAccessToken } from "./access-token.ts";
import { remoteKeys } from "./remote-keys.ts";

/**
 * How old the knowledge of revocation may be. `"offline"`: signature and claims only. A number of
 * seconds: answers are remembered so long. `0`: the account is asked now, and the claims carry
 * its current roles and permissions.
 */
export type MaxStaleness = "offline" | number;

export type VerifyOptions = {
  /** The audience the token must be for; by default the service's own. */
  readonly audience?: string;
  /** Permissions the caller must hold, wildcards counted. */
  readonly permissions?: readonly string[];
  /** By default `"offline"`. */
  readonly maxStaleness?: MaxStaleness;
};

/**
 * `invalid_token`: sign in or refresh. `forbidden`: a permission is missing. `unavailable`: nothing
 * was decided, try again. `invalid_request`: the call itself is wrong.
 */
export type Verdict =
  | { readonly ok: true; readonly claims: AccessTokenClaims }
  | {
      readonly ok: false;
      readonly code: "invalid_token" | "forbidden" | "unavailable" | "invalid_request";
    };

export type Verifier = {
  verify(token: string, options?: VerifyOptions): Promise<Verdict>;
};

/** What the service binding to `AuthRpc` offers. */
export type AuthBinding = {
  verify(token: string, options?: VerifyOptions): Promise<Verdict>;
};

export type VerifierOptions =
  | { readonly binding: AuthBinding }
  | {
      readonly jwksUrl: string;
      readonly issuer: string;
      readonly audience: string;
      /** By default the global one. */
      readonly fetch?: typeof fetch;
      /** Unix milliseconds; by default the system's. */
      readonly clock?: () => number;
    };

/**
 * Verifies access tokens: through a service binding with any freshness, or offline with nothing
 * but the JWKS, wherever `fetch` and WebCrypto exist.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  if (!("binding" in options)) return offlineVerifier(options);
  if (!options.binding) throw new Error("the binding is missing: see wrangler.toml");
  return boundVerifier(options.binding);
}

/**
 * A call that breaks off has decided nothing. A binding to something else than `AuthRpc` is a
 * mistake in wrangler.toml that no waiting mends, so it is thrown.
 */
function boundVerifier(binding: AuthBinding): Verifier {
  return {
    async verify(token, options = {}) {
      try {
        return await binding.verify(token, withoutUndefined(options));
      } catch (cause) {
        if (!isWrongBinding(cause)) return { ok: false, code: "unavailable" };
        throw new Error('the binding has no verify: bind the entrypoint "AuthRpc"', { cause });
      }
    },
  };
}

/** What was left out and what is undefined are the same to whoever calls. */
const withoutUndefined = (options: VerifyOptions): VerifyOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

/** How the runtime says that the other side has no such method. */
const isWrongBinding = (error: unknown): boolean =>
  error instanceof TypeError && /does not implement|is not a function/.test(error.message);

function offlineVerifier(options: Exclude<VerifierOptions, { binding: AuthBinding }>): Verifier {
  const clock = options.clock ?? (() => Date.now());
  const fetcher = options.fetch ?? ((input, init) => fetch(input, init));
  const keys = remoteKeys({ jwksUrl: options.jwksUrl, fetch: fetcher, clock });

  return {
    async verify(token, wanted = {}) {
      if (typeof token !== "string" || !isAnswerable(wanted)) {
        return { ok: false, code: "invalid_request" };
      }
      const { audience = options.audience, permissions = [] } = wanted;
      const expected = { issuer: options.issuer, audience, now: clock() };
      try {
        const claims = await verifyAccessToken(token, expected, (kid) => keys.find(kid));
        return judge(claims, permissions);
      } catch {
        return { ok: false, code: "unavailable" };
      }
    },
  };
}

const OPTIONS: ReadonlySet<string> = new Set(["audience", "permissions", "maxStaleness"]);
const PERMISSION = /^(?:\*|[a-z][a-z0-9_-]*:(?:\*|[a-z][a-z0-9_-]*))$/;

/**
 * The same options as over the binding, but for the staleness: the JWKS says nothing of sessions,
 * and a misspelt option that was passed over would check nothing.
 */
function isAnswerable(options: VerifyOptions): boolean {
  if (typeof options !== "object" || options === null) return false;
  const { audience, permissions = [], maxStaleness = "offline" } = options;
  return (
    Object.keys(options).every((name) => OPTIONS.has(name)) &&
    maxStaleness === "offline" &&
    audience !== "" &&
    Array.isArray(permissions) &&
    permissions.every((permission) => PERMISSION.test(permission))
  );
}

/** @param claims null for a token that is no good */
function judge(claims: AccessTokenClaims | null, needed: readonly string[]): Verdict {
  if (claims === null) return { ok: false, code: "invalid_token" };
  const holds = needed.every((permission) => grants(claims.permissions, permission));
  return holds ? { ok: true, claims } : { ok: false, code: "forbidden" };
}

/** True when one of the permissions held is the one needed, or a wildcard over it. */
export function grants(held: readonly string[], needed: string): boolean {
  const resource = needed.slice(0, Math.max(needed.indexOf(":"), 0));
  return held.some(
    (permission) =>
      permission === "*" ||
      permission === needed ||
      (resource !== "" && permission === `${resource}:*`),
  );
}
