/**
 * The token of an Authorization header (RFC 6750, section 2.1; the scheme ignores case), or null
 * where there is none.
 */
export function bearerToken(header: string | null | undefined): string | null {
  return /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(header ?? "")?.[1] ?? null;
}

/**
 * The challenge of a 401. A request without credentials is told how to authenticate, without an
 * error code (RFC 6750, section 3.1).
 */
export const challengeTo = (header: string | null | undefined): string =>
  /^bearer +\S/i.test(header ?? "") ? 'Bearer error="invalid_token"' : "Bearer";

/** The challenge of a 403: the token is good, and what it allows is not enough. */
export const INSUFFICIENT = 'Bearer error="insufficient_scope"';

/**
 * The challenge of a 401 to a good token that proves too little (RFC 9470, section 3).
 *
 * @param maxAge seconds since the proof
 */
export const stepUpChallenge = (acr: string | undefined, maxAge: number | undefined): string =>
  [
    'Bearer error="insufficient_user_authentication"',
    ...(acr === undefined ? [] : [`acr_values="${acr}"`]),
    ...(maxAge === undefined ? [] : [`max_age="${maxAge}"`]),
  ].join(", ");
