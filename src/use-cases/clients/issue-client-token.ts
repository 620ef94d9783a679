import type { Program } from "../../domain/clients/service-account.ts";
import { type Ok, ok } from "../../domain/result.ts";
import type { IssueDeps } from "../tokens/issue-token.ts";
import type { TokenSigner } from "../tokens/ports.ts";

export type ClientTokenDeps = IssueDeps & { readonly signer: TokenSigner };

/** @property expiresIn seconds */
export type ClientToken = { readonly accessToken: string; readonly expiresIn: number };

/**
 * Issues an access token to a service account (RFC 6749, section 4.4), with what it could do at the
 * moment it authenticated. There is no refresh token, since it has its secret. The subject is the
 * account itself, and never a person.
 */
export async function issueClientToken(
  deps: ClientTokenDeps,
  { account }: Program,
): Promise<Ok<ClientToken>> {
  const sign = await deps.signer.prepare();
  const issuedAt = Math.floor(deps.clock() / 1_000);
  const expiresIn = Math.floor(deps.accessTokenTtl / 1_000);
  const accessToken = await sign({
    iss: deps.issuer,
    sub: account.id,
    aud: deps.audience,
    exp: issuedAt + expiresIn,
    iat: issuedAt,
    jti: deps.newTokenId(),
    client_id: account.id,
    ver: account.version,
    auth_time: issuedAt,
    amr: [],
    roles: account.roles,
    permissions: account.permissions,
  });
  return ok({ accessToken, expiresIn });
}
